/** Random weights to begin with, in the place of learned ones. */

import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { Random } from '../../util/random.ts';

/**
 * Weights are normal with the variance 2 / fan-in that keeps signals alive behind rectifiers (He et al. 2015), biases
 * zero; batch and layer norms begin by changing nothing. Other constants stay: they belong to the architecture.
 */
export function withFreshWeights(model: Model, seed: number): Model {
  const fresh = model.clone();
  const { initializers } = fresh.graph;
  const replace = (name: string | undefined, value: () => number): void => {
    const tensor = name === undefined ? undefined : initializers.get(name);
    if (tensor?.dtype !== 'float32') return;
    const values = Float32Array.from({ length: tensor.size }, value);
    initializers.set(tensor.name, Tensor.fromBytes(tensor.name, 'float32', tensor.dims, values));
  };
  for (const [i, node] of fresh.graph.nodes.entries()) {
    const inputs = fanInOf(node, (name) => initializers.get(name)?.dims);
    if (inputs !== undefined) {
      const random = new Random(seed, i, 0xf4e5);
      const deviation = Math.sqrt(2 / inputs);
      replace(node.inputs[1], () => deviation * random.normal());
      replace(node.inputs[2], () => 0);
    } else if (node.opType.endsWith('Normalization')) {
      const [, scale, bias, mean, variance] = node.inputs;
      replace(scale, () => 1);
      replace(bias, () => 0);
      replace(mean, () => 0);
      replace(variance, () => 1);
    }
  }
  return fresh;
}

/** How many inputs each output of a layer is a sum of; undefined for what is no layer with weights. */
function fanInOf(node: Node, dimsOf: (name: string) => readonly number[] | undefined): number | undefined {
  const dims = dimsOf(node.inputs[1] ?? '');
  if (!dims || dims.length < 2) return undefined;
  switch (node.opType) {
    case 'Conv': return dims.slice(1).reduce((a, b) => a * b, 1);
    case 'ConvTranspose': return (dims[0]! / node.int('group', 1)) * dims.slice(2).reduce((a, b) => a * b, 1);
    case 'Gemm': return dims[node.int('transB', 0) === 1 ? 1 : 0]!;
    case 'MatMul': return dims.at(-2)!;
    default: return undefined;
  }
}
