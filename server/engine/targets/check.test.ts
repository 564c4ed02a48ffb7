import { describe, expect, it } from 'vitest';
import { attr } from '../model/attribute.ts';
import { Model } from '../model/model.ts';
import { Node, type NodeFields } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorInfo, type Dim } from '../model/types.ts';
import type { DataType } from '../tensor/dtype.ts';
import { checkTarget } from './check.ts';
import { findTarget } from './registry.ts';

interface Fixture {
  readonly opset?: number;
  readonly input?: readonly Dim[];
  readonly nodes?: readonly NodeFields[];
  readonly constants?: readonly Tensor[];
}

function model({ opset = 17, input = [1, 2, 4, 4], nodes = [], constants = [] }: Fixture): Model {
  const made = new Model();
  made.opsetImports.set('', opset);
  made.graph.inputs.push(tensorInfo('x', 'float32', input));
  made.graph.nodes.push(...nodes.map((fields) => new Node(fields)));
  for (const tensor of constants) made.graph.initializers.set(tensor.name, tensor);
  return made;
}

function codes(fixture: Fixture, target: string): string[] {
  return checkTarget(model(fixture), findTarget(target)).map(({ code, severity, node }) =>
    `${code} ${severity}${node === null ? '' : ` ${node}`}`);
}

/** Conv of 2 channels to 1 between pairs: activations of `type` with `zero`, int8 weights. */
function quantizedConv(type: DataType, zero: number, weights: readonly number[], group = 1): Fixture {
  const inputs = 2 / group;
  return {
    nodes: [
      { opType: 'QuantizeLinear', name: 'q', inputs: ['x', 's', 'z'], outputs: ['xq'] },
      { opType: 'DequantizeLinear', name: 'dq', inputs: ['xq', 's', 'z'], outputs: ['xd'] },
      { opType: 'DequantizeLinear', name: 'dw', inputs: ['w', 's'], outputs: ['wd'] },
      {
        opType: 'Conv',
        name: 'conv',
        inputs: ['xd', 'wd'],
        outputs: ['y'],
        attributes: { kernel_shape: attr.ints([1, 2]), group: attr.int(group) },
      },
    ],
    constants: [
      Tensor.from('s', 'float32', [], [0.1]),
      Tensor.from('z', type, [], [zero]),
      Tensor.from('w', 'int8', [weights.length / (2 * inputs), inputs, 1, 2], weights),
    ],
  };
}

describe('checkTarget', () => {
  it('names operators that a device without float kernels cannot run', () => {
    const nodes = [
      { opType: 'Log', inputs: ['x'], outputs: ['a'] },
      { opType: 'Sqrt', name: 'root', inputs: ['a'], outputs: ['b'] },
      { opType: 'Cast', inputs: ['b'], outputs: ['c'], attributes: { to: attr.int(1) } },
      { opType: 'Erf', name: 'erf', inputs: ['c'], outputs: ['y'] },
    ];
    expect(codes({ nodes }, 'tflite-micro')).toEqual(['LTH1011 error root', 'LTH1003 warning erf']);
  });

  it('has nothing to say about a plain model', () => {
    const relu = { nodes: [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }] };
    for (const target of ['x64', 'arm64', 'tensorrt', 'qnn-htp', 'coreml', 'nnapi']) {
      expect(codes(relu, target)).toEqual([]);
    }
  });

  it('knows the opsets', () => {
    expect(codes({ opset: 21 }, 'directml')).toEqual(['LTH1001 error']);
    expect(codes({ opset: 20 }, 'directml')).toEqual([]);
    expect(codes({ opset: 6 }, 'x64')).toEqual(['LTH1002 warning']);
    expect(codes({ opset: 8 }, 'tensorrt')).toEqual(['LTH1002 warning']);
  });

  it('wants fixed shapes where they are needed', () => {
    expect(codes({ input: ['batch', 3, null] }, 'qnn-htp')).toEqual(['LTH1004 error x']);
    expect(codes({ input: ['batch', 3, null] }, 'x64')).toEqual([]);
    const [problem] = checkTarget(model({ input: ['batch', 3, null] }), findTarget('nnapi'));
    expect(problem?.message).toContain('dimension 0 (batch) and 2 (unknown) of input "x"');
  });

  it('names operators that fall back, once for all their nodes, and those that nobody has', () => {
    const nodes = [
      { opType: 'Erf', name: 'e1', inputs: ['x'], outputs: ['a'] },
      { opType: 'Erf', name: 'e2', inputs: ['a'], outputs: ['b'] },
      { opType: 'Identity', inputs: ['b'], outputs: ['c'] },
      { opType: 'Magic', domain: 'acme', name: 'm', inputs: ['c'], outputs: ['d'] },
      { opType: 'Gelu', domain: 'com.microsoft', inputs: ['d'], outputs: ['e'] },
    ];
    expect(codes({ nodes }, 'nnapi')).toEqual(['LTH1005 error m', 'LTH1003 warning e1']);
    expect(checkTarget(model({ nodes }), findTarget('nnapi'))[1]?.message).toContain('Erf (2 nodes)');
    expect(codes({ nodes: nodes.slice(0, 3) }, 'coreml')).toEqual([]);
  });

  it('finds sums that saturate, and only those', () => {
    // Channels are added first: the pairs of [[a b] [c d]] (channel by tap) are a + c and b + d.
    expect(codes(quantizedConv('uint8', 0, [100, 0, 100, 0]), 'x64')).toEqual(['LTH1006 error conv']);
    expect(codes(quantizedConv('uint8', 0, [100, 100, 0, 0]), 'x64')).toEqual([]);
    expect(codes(quantizedConv('uint8', 0, [64, 0, 64, 0]), 'x64')).toEqual([]);
    expect(codes(quantizedConv('uint8', 0, [-65, 0, -64, 0]), 'x64')).toEqual(['LTH1006 error conv']);
    expect(codes(quantizedConv('uint8', 0, [127, 0, -127, 0]), 'x64')).toEqual([]);
    expect(codes(quantizedConv('int8', 0, [100, 0, 100, 0]), 'x64')).toEqual([]);
    for (const target of ['x64-vnni', 'arm64']) {
      expect(codes(quantizedConv('uint8', 0, [100, 0, 100, 0]), target)).toEqual([]);
    }
    // One weight a channel and tap: depthwise.
    expect(codes(quantizedConv('uint8', 0, [100, 100, 100, 100], 2), 'x64')).toEqual([]);
  });

  it('finds matrices that saturate, whichever way they lie', () => {
    const matrix = (transB: number): Fixture => ({
      nodes: [
        { opType: 'DequantizeLinear', inputs: ['xq', 's', 'z'], outputs: ['xd'] },
        { opType: 'DequantizeLinear', inputs: ['w', 's'], outputs: ['wd'] },
        {
          opType: 'Gemm',
          name: 'fc',
          inputs: ['xd', 'wd'],
          outputs: ['y'],
          attributes: { transB: attr.int(transB) },
        },
      ],
      constants: [
        Tensor.from('s', 'float32', [], [0.1]),
        Tensor.from('z', 'uint8', [], [3]),
        Tensor.from('w', 'int8', [2, 2], [100, 100, 0, 0]),
      ],
    });
    expect(codes(matrix(1), 'x64')).toEqual(['LTH1006 error fc']);
    expect(codes(matrix(0), 'x64')).toEqual([]);
  });

  it('knows which types and zero points the int8 layers take', () => {
    expect(codes(quantizedConv('uint8', 3, [1, 1, 1, 1]), 'tensorrt')).toEqual(['LTH1007 error conv']);
    expect(codes(quantizedConv('int8', 3, [1, 1, 1, 1]), 'tensorrt')).toEqual(['LTH1008 error conv']);
    expect(codes(quantizedConv('int8', 0, [1, 1, 1, 1]), 'tensorrt')).toEqual([]);
    expect(codes(quantizedConv('int8', 0, [1, 1, 1, 1]), 'qnn-htp')).toEqual(['LTH1007 warning conv']);
    expect(codes(quantizedConv('uint8', 9, [1, 1, 1, 1]), 'cuda')).toEqual(['LTH1009 warning conv']);
  });

  it('knows which float types are computed', () => {
    const conv = (dtype: DataType): Fixture => ({
      nodes: [{ opType: 'Conv', name: 'conv', inputs: ['x', 'w'], outputs: ['y'] }],
      constants: [Tensor.from('w', dtype, [1, 2, 1, 1], [1, 2])],
    });
    expect(codes(conv('float16'), 'x64')).toEqual(['LTH1010 warning conv']);
    expect(codes(conv('float16'), 'arm64')).toEqual([]);
    expect(codes(conv('bfloat16'), 'x64')).toEqual(['LTH1010 error conv']);
    expect(codes(conv('float32'), 'x64')).toEqual([]);
  });
});
