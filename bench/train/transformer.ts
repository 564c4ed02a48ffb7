/** A transformer encoder (Vaswani et al. 2017, norms first) with random weights, as exporters write it. */

import { attr, type Attribute } from '../../server/engine/model/attribute.ts';
import { Model } from '../../server/engine/model/model.ts';
import { Node } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo } from '../../server/engine/model/types.ts';
import { Random } from '../../server/engine/util/random.ts';

export interface TransformerShape {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly length: number;
  readonly classes: number;
}

export function transformer({ layers, heads, width, length, classes }: TransformerShape): Model {
  const model = new Model();
  model.irVersion = 9;
  model.opsetImports.set('', 20);
  const { graph } = model;
  graph.name = 'encoder';
  const random = new Random(7);
  const node = (
    opType: string,
    output: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string => {
    graph.nodes.push(new Node({ name: output, opType, inputs, outputs: [output], attributes }));
    return output;
  };
  const constant = (tensor: Tensor): string => {
    graph.initializers.set(tensor.name, tensor);
    return tensor.name;
  };
  const weight = (name: string, dims: readonly number[], deviation: number, mean = 0): string => {
    const size = dims.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, () => mean + deviation * random.normal());
    return constant(Tensor.fromBytes(name, 'float32', dims, values));
  };
  const linear = (name: string, input: string, from: number, to: number): string => {
    const product = node('MatMul', `${name}.product`, [input, weight(`${name}.weight`, [from, to], from ** -0.5)]);
    return node('Add', name, [product, weight(`${name}.bias`, [to], 0.1)]);
  };
  const norm = (name: string, input: string): string => {
    const parts = [weight(`${name}.scale`, [width], 0.1, 1), weight(`${name}.bias`, [width], 0.1)];
    return node('LayerNormalization', name, [input, ...parts], { axis: attr.int(-1), epsilon: attr.float(1e-5) });
  };
  const split = constant(Tensor.from('split', 'int64', [4], [0, 0, heads, width / heads]));
  const joined = constant(Tensor.from('joined', 'int64', [3], [0, 0, width]));
  const scale = constant(Tensor.from('scale', 'float32', [], [(width / heads) ** -0.5]));

  graph.inputs = [tensorInfo('x', 'float32', ['n', length, width])];
  let x = 'x';
  for (let layer = 0; layer < layers; layer++) {
    const own = (name: string): string => `layer${layer}.${name}`;
    const normed = norm(own('norm1'), x);
    const head = (name: string, perm: readonly number[]): string => {
      const parts = node('Reshape', own(`${name}.parts`), [linear(own(name), normed, width, width), split]);
      return node('Transpose', own(`${name}.heads`), [parts], { perm: attr.ints(perm) });
    };
    const query = head('query', [0, 2, 1, 3]);
    const key = head('key', [0, 2, 3, 1]);
    const value = head('value', [0, 2, 1, 3]);
    const scores = node('Mul', own('scores'), [node('MatMul', own('dots'), [query, key]), scale]);
    const shares = node('Softmax', own('shares'), [scores], { axis: attr.int(-1) });
    const mixed = node('Transpose', own('mixed.rows'), [node('MatMul', own('mixed'), [shares, value])], {
      perm: attr.ints([0, 2, 1, 3]),
    });
    const attended = linear(own('out'), node('Reshape', own('mixed.joined'), [mixed, joined]), width, width);
    x = node('Add', own('residual1'), [x, attended]);
    const wide = node('Gelu', own('gelu'), [linear(own('up'), norm(own('norm2'), x), width, 4 * width)]);
    x = node('Add', own('residual2'), [x, linear(own('down'), wide, 4 * width, width)]);
  }
  const axis = constant(Tensor.from('axis', 'int64', [1], [1]));
  linear('head', node('ReduceMean', 'pooled', [x, axis], { keepdims: attr.int(0) }), width, classes);
  graph.outputs = [tensorInfo('head', 'float32', ['n', classes])];
  return model;
}
