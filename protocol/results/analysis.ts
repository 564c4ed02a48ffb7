/** Sensitivity of layers. The command line prints it as JSON, so its names are a public interface. */

import type { MetricFigure } from './run.ts';

export interface AnalyzedLayer {
  readonly name: string;
  readonly opType: string;
  readonly weightBytes: number;
  /** Bytes that int8 saves, about. */
  readonly savedBytes: number;
  /** At the model's outputs, with this layer alone in int8. */
  readonly sqnrDb: number | null;
  /** Loss of the metric with this layer alone in int8; null where it was not measured. */
  readonly drop: number | null;
  readonly dropCi: readonly [number, number] | null;
  /** 1 is the worst. */
  readonly rank: number;
  readonly reasons: readonly string[];
  readonly advice: readonly string[];
}

export interface AnalysisResult {
  readonly metric: MetricFigure;
  readonly baseline: number;
  readonly samples: number;
  readonly layers: readonly AnalyzedLayer[];
  readonly notes: readonly string[];
  readonly durationMs: number;
  readonly method: string;
}
