/** What changed from one model to another. The command line prints it as JSON, so its names are a public interface. */

import type { LatencyFigure, LayerResult } from './run.ts';

/** The metric of the samples of one class, before and after. */
export interface ClassChange {
  readonly label: string;
  readonly samples: number;
  readonly before: number;
  readonly after: number;
}

/** A sample that was right before and is wrong after. */
export interface SampleChange {
  readonly name: string;
  readonly expected: string;
  readonly before: string;
  readonly after: string;
  /** How far the scores moved, for the order: larger is worse. */
  readonly change: number;
  /** A small picture as a data URI. */
  readonly picture?: string;
}

export interface Changes {
  readonly classes: readonly ClassChange[];
  /** The worst first, at most a few dozen. */
  readonly worse: readonly SampleChange[];
  readonly changed?: { readonly worse: number; readonly better: number };
}

export interface ComparedModel {
  readonly path: string;
  readonly sizeBytes: number;
  readonly parameters: number;
  readonly latencyMs: LatencyFigure | null;
}

export interface ComparedMetric {
  readonly name: string;
  readonly a: number;
  readonly b: number;
  readonly samples: number;
  /** b - a, with its paired 95 % confidence interval. */
  readonly difference: number;
  readonly ci95: readonly [number, number];
  readonly synthetic: boolean;
}

export interface Comparison extends Changes {
  readonly a: ComparedModel;
  readonly b: ComparedModel;
  /** a / b: above 1 where b is smaller. */
  readonly sizeRatio: number;
  /** a / b: above 1 where b is faster. */
  readonly latencyRatio: { readonly median: number; readonly ci95: readonly [number, number] } | null;
  readonly metric: ComparedMetric | null;
  readonly layers: readonly LayerResult[];
  readonly notes: readonly string[];
  readonly durationMs: number;
}
