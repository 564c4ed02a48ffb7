import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/runtime/small-models.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import type { NodeFields } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { OptimizedGraph } from './optimized-graph.ts';
import { Runtime } from './runtime.ts';

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), 'lathe-optimized-'));
});
afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true });
});

/** What onnxruntime makes of a model: the graph that the class is about. */
async function optimized(model: Model): Promise<OptimizedGraph> {
  const optimizedModelPath = join(folder, 'optimized.onnx');
  await (await runtime.load(model, { optimizedModelPath })).release();
  return new OptimizedGraph(readModel(optimizedModelPath));
}

type Activations = 'uint8' | 'uint16';

/** `value` through a pair: `<value>_d` is the value as the layer behind reads it. */
function pair(value: string, type: Activations): NodeFields[] {
  const parameters = ['scale', `zero_${type}`];
  return [
    { opType: 'QuantizeLinear', inputs: [value, ...parameters], outputs: [`${value}_q`] },
    { opType: 'DequantizeLinear', inputs: [`${value}_q`, ...parameters], outputs: [`${value}_d`] },
  ];
}

/** x -> Conv -> `middle` -> Conv -> y, with pairs of `type` around each. */
function chain(middle: string, type: Activations): Model {
  const conv = (name: string, input: string, output: string): NodeFields[] => [
    { opType: 'DequantizeLinear', inputs: ['w_q', 'scale', 'zero_int8'], outputs: [`${name}_w`] },
    { name, opType: 'Conv', inputs: [input, `${name}_w`], outputs: [output] },
  ];
  return smallModel({
    opset: 21,
    inputs: [['x', [1, 4, 8, 8]]],
    outputs: [['y_d', [1, 4, 8, 8]]],
    nodes: [
      ...pair('x', type),
      ...conv('first', 'x_d', 'a'),
      ...pair('a', type),
      { name: 'middle', opType: middle, inputs: ['a_d'], outputs: ['b'] },
      ...pair('b', type),
      ...conv('second', 'b_d', 'y'),
      ...pair('y', type),
    ],
    constants: [
      Tensor.from('scale', 'float32', [], [0.02]),
      Tensor.from('zero_int8', 'int8', [], [0]),
      Tensor.from('zero_uint8', 'uint8', [], [128]),
      Tensor.from('zero_uint16', 'uint16', [], [32768]),
      Tensor.from('w_q', 'int8', [4, 4, 1, 1], Array.from({ length: 16 }, (_, i) => i - 8)),
    ],
  });
}

const names = (nodes: readonly { readonly name: string }[]): string[] => nodes.map(({ name }) => name);

describe('the optimized graph', () => {
  it('is all integers where every pair was fused', async () => {
    const graph = await optimized(chain('Sigmoid', 'uint8'));
    const kernels = graph.ofKind('integer').map(({ opType }) => opType);
    expect(kernels).toEqual(['QLinearConv', 'QLinearSigmoid', 'QLinearConv']);
    expect(graph.ofKind('float')).toEqual([]);
    expect(graph.unfused()).toEqual([]);
    expect(graph.islands()).toEqual([]);
  });

  it('has an island where an operator has no integer kernel', async () => {
    const graph = await optimized(chain('Exp', 'uint8'));
    expect(graph.islands().map(names)).toEqual([['middle']]);
    expect(graph.unfused()).toEqual([]);
    // At both ends, and at both shores.
    expect(graph.ofKind('conversion')).toHaveLength(4);
  });

  it('tells pairs that were not fused from others', async () => {
    const graph = await optimized(chain('Exp', 'uint16'));
    expect(graph.ofKind('integer')).toEqual([]);
    expect(graph.unfused().map(({ opType }) => opType)).toEqual(['Conv', 'Conv']);
    expect(names(graph.unfused())).toEqual(['first', 'second']);
  });

  it('finds nothing in a float model', async () => {
    const graph = await optimized(smallModel({
      inputs: [['x', [1, 4]]],
      outputs: [['y', [1, 4]]],
      nodes: [
        { name: 'exp', opType: 'Exp', inputs: ['x'], outputs: ['e'] },
        { name: 'softmax', opType: 'Softmax', inputs: ['e'], outputs: ['y'] },
      ],
    }));
    expect(names(graph.ofKind('float'))).toEqual(['exp', 'softmax']);
    expect([graph.unfused(), graph.islands()]).toEqual([[], []]);
  });
});
