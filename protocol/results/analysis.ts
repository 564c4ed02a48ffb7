/** Sensitivity of layers. The command line prints it as JSON, so its names are a public interface. */

import type { RecipeEdit } from '../problems.ts';
import type { MetricFigure } from './run.ts';

export interface AnalyzedLayer {
  readonly name: string;
  readonly opType: string;
  readonly weightBytes: number;
  /** Bytes that int8 saves, about. */
  readonly savedBytes: number;
  /** At the model's outputs, with this layer alone in int8; null where it is exact, or not measured yet. */
  readonly sqnrDb: number | null;
  /** Loss of the metric with this layer alone in int8; null where it was not measured. */
  readonly drop: number | null;
  readonly dropCi: readonly [number, number] | null;
  /** 1 is the worst. */
  readonly rank: number;
  readonly reasons: readonly string[];
  readonly advice: readonly string[];
  /** Samples on which the layer ran. */
  readonly samples?: number;
  /** Kullback-Leibler divergence of the answers from the float model's, in nats; for models that choose a class. */
  readonly divergence?: number;
  /** Share of the answers that change, and whether they were counted or follow from the layer's strength. */
  readonly turned?: { readonly share: number; readonly counted: boolean };
  /** SQNR at the outputs with only the weights, or only the activations, of the layer in int8. */
  readonly weightsDb?: number;
  readonly activationsDb?: number;
  /** What the model with everything in int8 gains when this layer stays float. */
  readonly kept?: {
    readonly sqnrDb: number;
    /** Of the metric, and its paired 95 % interval: positive is a gain. */
    readonly gain?: number;
    readonly gainCi?: readonly [number, number];
    readonly samples: number;
  };
  /** Time that int8 saves in this layer, measured on this machine. */
  readonly savedMs?: number;
  /** Why, with evidence and what to do: the same as `reasons`, for programs. */
  readonly causes?: readonly Cause[];
}

/** Why a layer loses; docs/problems.md explains each. */
export type CauseCode =
  /** Channels of very different size share one scale. */
  | 'LTH3031'
  /** A few large values stretch the range. */
  | 'LTH3032'
  /** Values outside of the range are cut. */
  | 'LTH3033'
  /** Codes that stand for numbers that never occur. */
  | 'LTH3034'
  /** Biases that force coarser weights. */
  | 'LTH3035'
  /** Weights limited for processors that add in 16 bits. */
  | 'LTH3036'
  /** One scale for weights whose channels differ. */
  | 'LTH3037'
  /** The first or the last layer. */
  | 'LTH3038';

/** One reason for a layer's loss. */
export interface Cause {
  readonly code: CauseCode;
  /** A sentence with the figures that it rests on. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly fix?: string;
  /** The same as a change of a recipe. */
  readonly edit?: RecipeEdit;
  /** What the fix gains at the outputs, measured where `measured`, else estimated; in dB of SQNR. */
  readonly gainDb?: number;
  readonly measured?: boolean;
}

export interface AnalysisResult {
  readonly metric: MetricFigure;
  readonly baseline: number;
  readonly samples: number;
  readonly layers: readonly AnalyzedLayer[];
  readonly notes: readonly string[];
  readonly durationMs: number;
  readonly method: string;
  /** `true` while the analysis goes on: figures get better and layers change places. */
  readonly partial?: boolean;
}
