/**
 * What a technique is: one object with a name, a schema of options, a plan and the work. Recipes, the command line, the
 * editor's completion and the documentation are all made from these objects.
 */

import type * as z from 'zod';
import type { TrainingResult } from '../../../protocol/results/training.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Model } from '../model/model.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Target } from '../targets/target.ts';
import type { TrainingControl } from '../train/run/control.ts';
import type { CurveUpdate } from '../train/run/train-student.ts';

/** Told as work goes on: a phase ("Calibrating"), how many of how many steps are done. */
export type ProgressListener = (phase: string, done: number, total: number) => void;

/** A candidate's metric on the evaluation data, compared sample by sample with the model that the run began with. */
export interface Verdict {
  readonly metric: string;
  readonly value: number;
  readonly samples: number;
  /** How much worse than the original, in the metric's unit: positive is a loss, whichever way the metric counts. */
  readonly drop: number;
  readonly dropCi95: readonly [number, number];
}

/** Measures candidates, so that a pass that has several ways can choose by the result. */
export interface Judge {
  /** The largest drop that the goal allows. */
  readonly maxDrop: number;
  readonly prefer: 'size' | 'latency';
  evaluate(model: Model): Promise<Verdict>;
  /** Median latency of each model, interleaved in one run, in milliseconds. */
  latencies(models: readonly Model[]): Promise<number[]>;
  /** Tells that a candidate is worth keeping: the best so far is written to disk at once. */
  keep(model: Model, verdict: Verdict): Promise<void>;
}

/** What a pass may use besides the model. */
export interface PassContext {
  /** A live runtime process; starts one, or a fresh one after a crash. */
  readonly runtime: () => Promise<Runtime>;
  readonly calibration?: Dataset;
  readonly evaluation?: Dataset;
  readonly training?: Dataset;
  readonly target: Target;
  /** Absent when there are no evaluation data: then a pass goes by the calibration data alone. */
  readonly judge?: Judge;
  /** The float model that the run began with: reference for errors and teacher for distillation. */
  readonly original: Model;
  /** Seed of everything random. */
  readonly seed: number;
  /** Threads that onnxruntime may use. */
  readonly threads: number;
  /** A folder for temporary files, removed after the run. */
  readonly tempDir: string;
  /** Folder that paths in options start at; the working directory without. */
  readonly baseDir?: string;
  /** How a training run is stopped early or held back. */
  readonly control?: TrainingControl;
  /** A file for this step's own use that outlives the run when it is killed, so that it can go on from there. */
  readonly checkpointPath?: string;
  /** Told about the curves of a training run as they grow. */
  readonly onCurve?: (update: CurveUpdate) => void;
  readonly progress: ProgressListener;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What became of one layer. */
export interface LayerAction {
  /** The node's name (or label) in the model that the run began with. */
  readonly name: string;
  readonly opType: string;
  /** 'int8', 'float', 'fp16', 'folded', …: shown in tables and reports. */
  readonly action: string;
  /** Signal to quantization noise of the layer's output, in dB, where it was measured. */
  readonly sqnrDb?: number;
  /** Why this action, when it is not the obvious one. */
  readonly reason?: string;
}

/** A remark for the report: something the user should know about what was done. */
export interface PassNote {
  readonly severity: 'info' | 'warning';
  readonly message: string;
  readonly node?: string;
}

export interface PassResult {
  readonly model: Model;
  readonly layers: readonly LayerAction[];
  readonly notes: readonly PassNote[];
  /** How the training went, of a pass that trains. */
  readonly training?: TrainingResult;
}

/** What a pass would do to one layer. */
export interface PlannedLayer {
  readonly name: string;
  readonly opType: string;
  readonly action: string;
  readonly weightBytes: number;
  /** Bytes of the layer's constants afterwards, predicted. */
  readonly predictedBytes: number;
}

export interface PassPlan {
  readonly layers: readonly PlannedLayer[];
  readonly notes: readonly PassNote[];
}

export interface Pass<Options = unknown> {
  /** The key of the step in a recipe. */
  readonly name: string;
  /** One sentence for lists and hovers. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** Whether the step learns from training data. */
  trains?(options: Options): boolean;
  /** Whether constants of the result that are mostly zeros are to be stored sparse, for this target. */
  storesZeros?(options: Options, target: Target): boolean;
  /** What `apply` would do, from the structure alone: reads no data and runs nothing. */
  plan(model: Model, options: Options, target: Target): PassPlan;
  /** The changed model; `model` itself stays as it is. */
  apply(model: Model, options: Options, context: PassContext): Promise<PassResult>;
}
