/** How many samples a step takes, where nobody says. */

import { batchOfOne } from '../../analysis/batch-of-one.ts';
import type { Model } from '../../model/model.ts';
import { inferShapes } from '../../model/shapes/infer.ts';
import { staticShape } from '../../model/types.ts';

const largest = 64;
const smallest = 4;

/** Steps that an epoch should have at least: noise of small batches helps, and few steps learn little. */
const fewestSteps = 16;

/** What the values of a step may take. The same on every machine, so that the same recipe gives the same result. */
const limitBytes = 1_500_000_000;

/** Forward values are kept for the backward pass, which makes about as many again, and gradients of both. */
const copies = 3;

/** A power of two, or fewer where the data are few. */
export function chooseBatch(model: Model, samples: number): number {
  const bytes = activationBytes(model) * copies;
  let batch = largest;
  while (batch > smallest && (batch * bytes > limitBytes || samples / batch < fewestSteps)) batch /= 2;
  return Math.max(1, Math.min(batch, samples));
}

/** Bytes of all values that are computed for one sample, as far as their shapes are known. */
function activationBytes(model: Model): number {
  const types = inferShapes(model, { feeds: batchOfOne(model, inferShapes(model)) });
  let bytes = 0;
  for (const node of model.graph.nodes) {
    for (const output of node.outputs) {
      const shape = staticShape(types.tensor(output)?.shape);
      if (shape) bytes += 4 * shape.reduce((a, b) => a * b, 1);
    }
  }
  return bytes;
}
