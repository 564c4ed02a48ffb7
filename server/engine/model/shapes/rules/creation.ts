/** Operators that make tensors from attributes: constants, random numbers, windows. */

import { constantNodeTensor } from '../../constants.ts';
import { compute, dimension, unknownShape } from '../dims.ts';
import { isSmall, Known, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

function constant(n: NodeFacts): Outputs {
  const value = constantNodeTensor(n.node);
  if (value) return [Known.constant(value)];
  const attribute = [...n.node.attributes.values()][0];
  if (attribute?.type === 'sparse-tensor') return [tensor(attribute.value.values.dtype, attribute.value.dims)];
  if (attribute?.type === 'string') return [tensor('string', [])];
  if (attribute?.type === 'strings') return [tensor('string', [attribute.value.length])];
  return [undefined];
}

function constantOfShape(n: NodeFacts): Outputs {
  const value = n.node.tensor('value');
  const shape = n.elements(0)?.map((d) => dimension(d)) ?? unknownShape(n.dim(0, 0));
  const [fill] = value ? (Known.constant(value).elements ?? [null]) : [0];
  const count = isSmall(shape) ? shape.reduce((x, y) => x * y, 1) : undefined;
  const elements = count === undefined ? undefined : new Array<number | string | null>(count).fill(fill ?? null);
  return [tensor(value?.dtype ?? 'float32', shape, elements)];
}

const random = (n: NodeFacts): Outputs => [tensor(n.dtypeAttribute('dtype', 'float32'), n.node.ints('shape'))];

const like = (n: NodeFacts): Outputs => [tensor(n.dtypeAttribute('dtype', n.dtype(0)), n.shape(0))];

const window = (n: NodeFacts): Outputs => [
  tensor(n.dtypeAttribute('output_datatype', 'float32'), [dimension(n.scalar(0))]),
];

export const creationRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: like,
  RandomNormal: random,
  RandomUniform: random,
  RandomNormalLike: like,
  RandomUniformLike: like,
  Multinomial: (n) => [tensor(n.dtypeAttribute('dtype', 'int32'), [n.dim(0, 0), n.node.int('sample_size', 1)])],
  BlackmanWindow: window,
  HammingWindow: window,
  HannWindow: window,
  MelWeightMatrix: (n) => [
    tensor(n.dtypeAttribute('output_datatype', 'float32'), [
      compute((length) => Math.floor(length / 2) + 1, n.scalar(1)),
      dimension(n.scalar(0)),
    ]),
  ],
};
