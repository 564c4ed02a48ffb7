/** Trained weights on their way back into a model. */

import { attr } from '../model/attribute.ts';
import type { Model } from '../model/model.ts';
import type { Tensor } from '../model/tensor.ts';

/**
 * A copy of `model` with `tensors` in place of its constants of the same names, initializers or Constant nodes. Names
 * that the model does not have (projections that only training needed) are left out.
 */
export function writeWeights(model: Model, tensors: ReadonlyMap<string, Tensor>): Model {
  const copy = model.clone();
  const { graph } = copy;
  for (const [name, tensor] of tensors) if (graph.initializers.has(name)) graph.initializers.set(name, tensor);
  for (const node of graph.nodes) {
    const tensor = node.is('Constant') ? tensors.get(node.outputs[0]!) : undefined;
    if (tensor) node.attributes = new Map([['value', attr.tensor(tensor)]]);
  }
  return copy;
}
