/**
 * The recipe that suits a model, with the reason for each choice: by the kind of network, by where its bytes are, by
 * what the target runs well, by the data and by the goal.
 */

import { architectureOf, type Architecture } from '../analysis/architecture.ts';
import type { DataSources } from '../data/source-schema.ts';
import type { Model } from '../model/model.ts';
import type { Target } from '../targets/target.ts';
import type { RecipeComments } from './format.ts';
import { layerConstants } from './layer-constants.ts';
import type { Goal, Recipe, RecipeStep } from './recipe.ts';

export interface AdviceRequest {
  readonly model: Model;
  /** Paths as the recipe shall have them. */
  readonly modelPath: string;
  readonly outputPath: string;
  readonly target: Target;
  readonly data: DataSources;
  readonly goal: Goal;
  readonly seed: number;
}

export interface Advice {
  readonly recipe: Recipe;
  /** Why each choice was made: for the recipe's comments and the report. */
  readonly comments: RecipeComments;
  readonly reasons: readonly string[];
}

const quantizedTypes = new Set(['QuantizeLinear', 'DequantizeLinear', 'QLinearConv', 'QLinearMatMul', 'MatMulInteger',
  'ConvInteger', 'DynamicQuantizeLinear', 'MatMulNBits']);

export function advise({ model, modelPath, outputPath, target, data, goal, seed }: AdviceRequest): Advice {
  const folding = 'Batch norms become part of the layers before them, and what is constant is computed once: free.';
  const quantization = adviseQuantization(model, target, data, goal);
  const steps: RecipeStep[] = [{ name: 'fold', options: {} }];
  if (quantization.options) steps.push({ name: 'quantize', options: quantization.options });
  const reasons = [folding, quantization.reason];
  return {
    recipe: {
      version: 1,
      model: modelPath,
      output: outputPath,
      target: target.name,
      ...(Object.keys(data).length > 0 && { data }),
      ...(Object.keys(goal).length > 0 && { goal }),
      ...(seed !== 0 && { seed }),
      steps,
    },
    comments: { steps: reasons },
    reasons,
  };
}

interface Quantization {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly reason: string;
}

/** Weights of a decoder, in bytes, from which reading them takes more time than computing with them. */
const largeDecoder = 100e6;

function adviseQuantization(model: Model, target: Target, data: DataSources, goal: Goal): Quantization {
  if ([...model.graph.walk()].some(({ node }) => quantizedTypes.has(node.opType))) {
    return { reason: 'The model is quantized already, so nothing is quantized again.' };
  }
  const architecture = architectureOf(model);
  const { kind, bytes } = architecture;
  const weights = bytes.convolutions + bytes.dense + bytes.matrices + bytes.recurrent;
  if (![...layerConstants(model).values()].some((constants) => constants.bytes > 0)) {
    return { reason: 'The model has no weights to quantize.' };
  }
  if (target.prefers.scheme === 'fp16') {
    return { options: { scheme: 'fp16' }, reason: `float16, because ${target.prefers.reason}.` };
  }
  const sums = bytes.matrices + bytes.recurrent;
  const ofMatrices = weights > 0 && sums > weights / 2;
  const dynamic = target.runsFloat && target.operators?.has('MatMulInteger') !== false;
  if (kind === 'decoder' && dynamic && weights > largeDecoder) {
    return {
      options: { scheme: 'int4' },
      reason: `4-bit weights, computed in float: in a decoder of ${megabytes(weights)} each token waits for all `
        + 'weights to be read, so that fewer bytes are also less time.',
    };
  }
  if (Object.keys(data).length === 0) return withoutData(target, dynamic);
  if (dynamic && ofMatrices) {
    const share = `${Math.round((sums / weights) * 100)} %`;
    return {
      options: { scheme: 'dynamic' },
      reason: `Dynamic int8, for a ${words[kind]} (${architecture.evidence}): ${share} of its weights are in matrix `
        + 'products and recurrent layers, whose activations vary too much for fixed ranges.',
    };
  }
  return calibrated(architecture, target, data, goal);
}

function withoutData(target: Target, dynamic: boolean): Quantization {
  if (dynamic) {
    return {
      options: { scheme: 'dynamic' },
      reason: 'int8 weights; activations are measured at run time, because there are no data to calibrate on.',
    };
  }
  if (target.runsFloat && target.float16 === 'native') {
    return {
      options: { scheme: 'fp16' },
      reason: `float16: int8 on ${target.name} needs data to calibrate on, and there are none.`,
    };
  }
  return { reason: `Nothing is quantized: ${target.name} needs data to calibrate on, and there are none.` };
}

const words = {
  convolutional: 'convolutional network',
  mobile: 'mobile network',
  detector: 'detector',
  transformer: 'transformer',
  decoder: 'decoder',
  recurrent: 'recurrent network',
  other: 'network',
} as const;

/** What is to be known of int8 in networks of a kind. */
const cautions: Partial<Record<Architecture['kind'], string>> = {
  mobile: 'Depthwise layers have few weights for each channel, so weights are rounded by what they do to the output.',
  detector: 'Layers of the heads that boxes suffer from stay wider: the run finds them by the metric.',
};

function calibrated(architecture: Architecture, target: Target, data: DataSources, goal: Goal): Quantization {
  const options = { scheme: 'int8', calibration: 'auto' };
  const kind = `int8 weights and activations, for a ${words[architecture.kind]} (${architecture.evidence})`;
  const caution = cautions[architecture.kind];
  const measured = data.calibration !== undefined && data.calibration.random === undefined;
  const parts = [
    measured
      ? `${kind}; the range of each activation is the one of least error on the calibration data.`
      : `${kind}, calibrated on random data, because no other were given: with data like those that the model will see `
        + 'its ranges can be trusted.',
    ...(caution !== undefined ? [caution] : []),
    ...(target.int8.saturates ? ['Weights are kept small enough for 16-bit sums where they must be.'] : []),
    ...(goal.maxDrop === 0 ? ['"scheme: mixed" would give layers that int8 hurts 16 bits instead of 32.'] : []),
  ];
  return { options, reason: parts.join(' ') };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
