/**
 * The recipe that suits a model: simple rules today, each with the reason that the report gives. They go by where the
 * bytes are, what the target runs well, and what data there are.
 */

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

/** The largest part of the bytes decides the scheme. */
const dominantShare = 0.5;

const matrices = new Set(['MatMul', 'LSTM', 'GRU', 'RNN', 'Attention', 'MultiHeadAttention']);
const quantizedTypes = new Set(['QuantizeLinear', 'DequantizeLinear', 'QLinearConv', 'QLinearMatMul', 'MatMulInteger',
  'ConvInteger', 'DynamicQuantizeLinear', 'MatMulNBits']);

export function advise({ model, modelPath, outputPath, target, data, goal, seed }: AdviceRequest): Advice {
  const folding = 'Batch norms become part of the layers before them, and what is constant is computed once: free.';
  const quantization = adviseQuantization(model, target, data);
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

function adviseQuantization(model: Model, target: Target, data: DataSources): Quantization {
  if ([...model.graph.walk()].some(({ node }) => quantizedTypes.has(node.opType))) {
    return { reason: 'The model is quantized already, so nothing is quantized again.' };
  }
  const shares = byteShares(model);
  if (shares.total === 0) return { reason: 'The model has no weights to quantize.' };
  if (target.prefers.scheme === 'fp16') {
    return { options: { scheme: 'fp16' }, reason: `float16, because ${target.prefers.reason}.` };
  }
  const measured = data.calibration !== undefined && data.calibration.random === undefined;
  if (Object.keys(data).length === 0) {
    return {
      options: { scheme: 'dynamic' },
      reason: 'int8 weights; activations are measured at run time, because there are no data to calibrate on.',
    };
  }
  if (shares.matrices > dominantShare && !target.staticShapes) {
    const share = `${Math.round(shares.matrices * 100)} %`;
    return {
      options: { scheme: 'dynamic' },
      reason: `Dynamic int8: ${share} of the weights are in matrix products and recurrent layers, whose activations `
        + 'vary too much for fixed ranges. Needs no data.',
    };
  }
  const options = { scheme: 'int8', calibration: 'auto' };
  if (measured) {
    return {
      options,
      reason: 'int8 weights and activations; the range of each activation is the one of least error on the calibration '
        + 'data.',
    };
  }
  return {
    options,
    reason: 'int8 weights and activations, calibrated on random data, because no other were given: with data like '
      + 'those that the model will see its ranges can be trusted.',
  };
}

/** Which share of the weights' bytes is in which kind of layer. */
function byteShares(model: Model): { readonly total: number; readonly matrices: number } {
  const constants = layerConstants(model);
  let total = 0;
  let inMatrices = 0;
  for (const { node } of model.graph.walk()) {
    const own = constants.get(node.label)?.bytes ?? 0;
    total += own;
    if (matrices.has(node.opType)) inMatrices += own;
  }
  return { total, matrices: inMatrices / total };
}
