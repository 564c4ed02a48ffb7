/** What a run gives back. The command line prints it as JSON, so its names are a public interface. */

import type { Changes } from './comparison.ts';
import type { TrainingResult } from './training.ts';

/** A metric on a data set. */
export interface MetricFigure {
  readonly name: string;
  readonly value: number;
  readonly samples: number;
  /** 95 % confidence interval of the value, where the metric has one. */
  readonly ci95?: readonly [number, number];
  /** `true` when the data were random: a figure for comparison, not for a claim. */
  readonly synthetic: boolean;
}

export interface LatencyFigure {
  readonly median: number;
  readonly p95: number;
}

export interface ModelFigures {
  readonly sizeBytes: number;
  readonly parameters: number;
  /** null without evaluation data. */
  readonly metric: MetricFigure | null;
  /** null where the model cannot be run here. */
  readonly latencyMs: LatencyFigure | null;
}

/** What became of one layer of the original. */
export interface LayerResult {
  readonly name: string;
  readonly opType: string;
  readonly action: string;
  /** null where it was not measured. */
  readonly sqnrDb: number | null;
  readonly reason?: string;
  /** Bytes of the layer's constants. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** One step of the recipe, as it went. */
export interface StepResult {
  readonly name: string;
  readonly durationMs: number;
  /** `false` when the step's result was undone because it broke the goal. */
  readonly kept: boolean;
  /** The metric after the step, where there are evaluation data. */
  readonly value?: number;
  /** Bytes of all constants after the step, as they are stored. */
  readonly constantBytes?: number;
  /** Multiply-accumulates of one run after the step, where all are known. */
  readonly macs?: number;
  readonly reason?: string;
  /** How the training went, of a step that trains. */
  readonly training?: TrainingResult;
}

/** A model that the run measured on its way. */
export interface CandidateResult {
  /** The step that made it; empty for the original. */
  readonly step: string;
  /** Bytes of all its constants. */
  readonly weightBytes: number;
  readonly value: number;
  /** By how much the metric is worse than the original's (positive is a loss), and its paired 95 % interval. */
  readonly drop: number;
  readonly dropCi95: readonly [number, number];
  /** Whether the goal allows that drop. */
  readonly allowed: boolean;
  /** The one that was delivered. */
  readonly chosen: boolean;
}

export interface RunNote {
  readonly severity: 'info' | 'warning';
  readonly message: string;
  readonly node?: string;
}

/** Where the figures were taken. */
export interface MachineDescription {
  readonly processor: string;
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly lathe: string;
}

/** A data set in the words of a report. */
export interface DataDescription {
  readonly description: string;
  readonly samples: number;
  readonly synthetic: boolean;
}

export interface RunResult {
  /** Paths of the files written. */
  readonly output: string;
  readonly report: string;
  readonly reportMarkdown: string;
  readonly recipe: string;
  /** Path of the model that the run began with. */
  readonly model: string;
  readonly original: ModelFigures;
  readonly result: ModelFigures;
  /** original / result: above 1 is better. */
  readonly sizeRatio: number;
  readonly latencyRatio: { readonly median: number; readonly ci95: readonly [number, number] } | null;
  /** By how much the metric got worse (positive is a loss), and its paired 95 % confidence interval. */
  readonly drop: { readonly value: number; readonly ci95: readonly [number, number] } | null;
  readonly goal: { readonly maxDrop?: number | undefined; readonly prefer?: 'size' | 'latency' | undefined };
  readonly goalMet: boolean;
  readonly layers: readonly LayerResult[];
  readonly steps: readonly StepResult[];
  /** In the order in which they were measured, the original first; absent without evaluation data. */
  readonly candidates?: readonly CandidateResult[];
  /** By class and by sample; absent without evaluation data. */
  readonly changes?: Changes;
  readonly notes: readonly RunNote[];
  /** `true` when a figure comes from random data. */
  readonly synthetic: boolean;
  readonly data: {
    readonly calibration?: DataDescription;
    readonly evaluation?: DataDescription;
    readonly training?: DataDescription;
  };
  readonly target: string;
  readonly seed: number;
  readonly threads: number;
  readonly machine: MachineDescription;
  readonly durationMs: number;
}
