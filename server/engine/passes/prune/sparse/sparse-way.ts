/** The step `prune` with the methods that make zeros: `unstructured`, `n:m` and `block`. */

import type { PassNote, PlannedLayer } from '../../pass.ts';
import type { Target } from '../../../targets/target.ts';
import type { PruneOptions } from '../options.ts';
import { percent, type PruneWay } from '../way.ts';
import { planWeights, pruneWeights } from './prune-weights.ts';
import type { WholeLayer } from './sparse-layer.ts';
import { defaultPattern } from './zero-weights.ts';

export const sparseWay: PruneWay = {
  plan(model, options, target) {
    const { zeros, whole } = planWeights(model, options, false);
    const isSparse = storesSparse(options, target);
    const layers = zeros.map(({ layer: { node, tensor }, ratio }): PlannedLayer => ({
      name: node.label,
      opType: node.opType,
      action: `${percent(ratio)} zeros`,
      weightBytes: tensor.byteLength,
      predictedBytes: isSparse ? predictedBytes(tensor.size, ratio) : tensor.byteLength,
    }));
    return { layers, notes: notesOn(layers.length, whole, options) };
  },
  async apply(model, options, context) {
    const result = await pruneWeights(model, options, context);
    const layers = result.layers.map(({ node, weights, zeros }) => ({
      name: node.label,
      opType: node.opType,
      action: 'sparse',
      reason: `${percent(zeros / weights)} of its weights are zero`,
    }));
    const notes = notesOn(layers.length, result.whole, options);
    const say = (message: string): void => void notes.push({ severity: 'info', message });
    const ways = new Set(result.layers.map(({ by }) => by));
    if (ways.size > 0) {
      const zeros = result.layers.reduce((sum, layer) => sum + layer.zeros, 0);
      const weights = result.layers.reduce((sum, layer) => sum + layer.weights, 0);
      say(`${percent(zeros / weights)} of the weights of ${layers.length} layers are zero now, `
        + `chosen by ${[...ways].join(' and ')}.`);
    }
    if (result.fitted > 0) say(`The weights of ${result.fitted} layers were fitted again to make up for what went.`);
    if (layers.length > 0) say(gainOn(context.target, options));
    return { model: result.model, layers, notes };
  },
};

/**
 * Whether zeros are stored sparse. TensorRT's parser does not list sparse initializers; every provider of onnxruntime
 * gets them filled in.
 */
export function storesSparse({ storage, method }: PruneOptions, target: Target): boolean {
  const makesZeros = method === 'unstructured' || method === 'n:m' || method === 'block';
  return makesZeros && storage === 'auto' && target.provider !== 'TensorrtExecutionProvider';
}

/** What zeros are worth where the model is to run. */
function gainOn({ provider, name }: Target, { method, pattern }: PruneOptions): string {
  const isPair = method === 'n:m' && (pattern ?? defaultPattern) === '2:4';
  if (provider !== 'TensorrtExecutionProvider') {
    return `onnxruntime multiplies with zeros like with any number: nothing is faster on ${name}.`;
  }
  return isPair
    ? 'TensorRT runs 2:4 layers on its sparse tensor cores when the engine is built with sparsity enabled.'
    : 'TensorRT gains from the pattern 2:4 only: give "method: n:m".';
}

/** Bytes of a sparse tensor: its numbers, and places of two to four bytes. */
function predictedBytes(size: number, ratio: number): number {
  const place = size <= 2 ** 14 ? 2 : size <= 2 ** 21 ? 3 : 4;
  return Math.min(4 * size, Math.round(size * (1 - ratio) * (4 + place)));
}

function notesOn(pruned: number, whole: readonly WholeLayer[], { method }: PruneOptions): PassNote[] {
  const notes = whole.map(({ node, reason }): PassNote => ({
    severity: 'info',
    message: `${node.label} stays as it is: ${reason}.`,
    node: node.label,
  }));
  if (pruned > 0) return notes;
  const message = `No layer has weights that "method: ${method}" can take: convolutions and matrix products with `
    + 'constant float32 weights do.';
  return [...notes, { severity: 'warning', message }];
}
