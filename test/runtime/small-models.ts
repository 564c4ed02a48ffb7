/** Models of a few nodes, for tests that run them. */

import { Graph } from '../../server/engine/model/graph.ts';
import { Model } from '../../server/engine/model/model.ts';
import { Node, type NodeFields } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo, type Dim } from '../../server/engine/model/types.ts';
import type { DataType } from '../../server/engine/tensor/dtype.ts';
import { tensorValue, type TensorValue } from '../../server/engine/tensor/tensor-value.ts';

/** [name, shape] of float32, or [name, shape, type]. */
export type Port = readonly [name: string, shape: readonly Dim[], dtype?: DataType];

export interface SmallModel {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly NodeFields[];
  readonly constants?: readonly Tensor[];
  readonly opset?: number;
}

export function smallModel({ inputs, outputs, nodes, constants = [], opset = 17 }: SmallModel): Model {
  const model = new Model();
  model.opsetImports.set('', opset);
  model.graph = new Graph();
  model.graph.name = 'small';
  const info = ([name, shape, dtype = 'float32']: Port) => tensorInfo(name, dtype, shape);
  model.graph.inputs = inputs.map(info);
  model.graph.outputs = outputs.map(info);
  model.graph.nodes = nodes.map((fields) => new Node(fields));
  for (const tensor of constants) model.graph.initializers.set(tensor.name, tensor);
  return model;
}

export function floats(dims: readonly number[], values: readonly number[]): TensorValue {
  return tensorValue('float32', dims, Float32Array.from(values));
}

/** y = relu(x * weight + bias), element by element; `z` is the value before the relu. */
export function scaleModel(weight: number, bias: number, shape: readonly Dim[] = ['n', 3]): Model {
  return smallModel({
    inputs: [['x', shape]],
    outputs: [['y', shape]],
    nodes: [
      { name: 'mul', opType: 'Mul', inputs: ['x', 'w'], outputs: ['p'] },
      { name: 'add', opType: 'Add', inputs: ['p', 'b'], outputs: ['z'] },
      { name: 'relu', opType: 'Relu', inputs: ['z'], outputs: ['y'] },
    ],
    constants: [Tensor.from('w', 'float32', [], [weight]), Tensor.from('b', 'float32', [], [bias])],
  });
}

/** A loop that never ends for any user of it: 2^40 rounds of one addition. */
export function endlessModel(): Model {
  const body = new Graph();
  body.name = 'body';
  body.inputs = [tensorInfo('i', 'int64', []), tensorInfo('go', 'bool', []), tensorInfo('a', 'float32', [1])];
  body.nodes = [
    new Node({ opType: 'Identity', inputs: ['go'], outputs: ['goOn'] }),
    new Node({ opType: 'Add', inputs: ['a', 'a'], outputs: ['b'] }),
  ];
  body.outputs = [tensorInfo('goOn', 'bool', []), tensorInfo('b', 'float32', [1])];
  return smallModel({
    inputs: [['x', [1]]],
    outputs: [['y', [1]]],
    nodes: [
      {
        name: 'loop',
        opType: 'Loop',
        inputs: ['rounds', '', 'x'],
        outputs: ['y'],
        attributes: { body: { type: 'graph', value: body } },
      },
    ],
    constants: [Tensor.fromBytes('rounds', 'int64', [], BigInt64Array.of(2n ** 40n))],
  });
}
