/** A layer that only training needs: from the student's channels to as many as the teacher has. */

import { LatheError } from '../../errors.ts';
import { attr } from '../../model/attribute.ts';
import { GraphEditor } from '../../model/graph-editor.ts';
import type { Model } from '../../model/model.ts';
import { inferShapes } from '../../model/shapes/infer.ts';
import { Tensor } from '../../model/tensor.ts';
import { Random } from '../../util/random.ts';

export interface Projected {
  /** A copy of the model with the layer; `writeWeights` leaves the layer out of what is exported. */
  readonly model: Model;
  /** What the layer makes, for `outputMatching`. */
  readonly value: string;
}

/**
 * Adds a learned linear map behind `value` (Romero et al. 2015): a 1x1 convolution where the channels are the second of
 * three or more axes of a picture, a matrix product where they are the last axis.
 *
 * @param channels of the teacher's value
 * @param axis of the channels: 1, or -1 for the last
 * @throws LatheError `UNSUPPORTED` when the value's channels are not known
 */
export function withProjection(model: Model, value: string, channels: number, axis: 1 | -1, seed: number): Projected {
  const shape = inferShapes(model).tensor(value)?.shape;
  const own = shape?.at(axis);
  if (!shape || typeof own !== 'number') {
    throw new LatheError('UNSUPPORTED', `How many channels "${value}" has is not known.`, { at: { value } });
  }
  const copy = model.clone();
  const editor = new GraphEditor(copy);
  const random = new Random(seed);
  const isLast = axis === -1 || shape.length === 2;
  const dims = isLast ? [own, channels] : [channels, own, ...shape.slice(2).map(() => 1)];
  // Keeps the size of values (Glorot and Bengio 2010).
  const deviation = Math.sqrt(2 / (own + channels));
  const weights = Float32Array.from({ length: own * channels }, () => deviation * random.normal());
  const weight = editor.addInitializer(Tensor.fromBytes(`${value}_projection`, 'float32', dims, weights));
  const made = editor.uniqueName(`${value}_projected`);
  editor.add({
    name: made,
    opType: isLast ? 'MatMul' : 'Conv',
    inputs: [value, weight],
    outputs: [made],
    attributes: isLast ? {} : { kernel_shape: attr.ints(shape.slice(2).map(() => 1)) },
  });
  return { model: copy, value: made };
}
