/** Where the class scores of a classifier are. */

import type { Model } from '../../model/model.ts';

/**
 * The scores behind `output`: what goes into the softmax that makes it, or the output itself when no softmax does.
 * Losses take scores, whose gradient is exact where probabilities have long been rounded to 0 and 1.
 */
export function scoresOf(model: Model, output: string): string {
  const producers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let value = output;
  for (;;) {
    const node = producers.get(value);
    if (node?.is('Softmax', 'LogSoftmax')) return node.inputs[0]!;
    // Reshaping leaves probabilities what they are.
    if (!node?.is('Identity', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze')) return output;
    value = node.inputs[0]!;
  }
}

/** Scores as [...rows, classes]: [batch, classes, 1, 1], as pooling leaves them, has its classes on the second axis. */
export function classesLast(dims: readonly number[]): readonly number[] {
  const [batch, classes, ...rest] = dims;
  return rest.length > 0 && classes !== 1 && rest.every((length) => length === 1) ? [batch!, classes!] : dims;
}
