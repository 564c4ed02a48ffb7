import { describe, expect, it } from 'vitest';
import { ints, modelOf, node, scalar, zeros, type ModelParts } from '../../../../test/model/build.ts';
import { attr } from '../attribute.ts';
import { Tensor } from '../tensor.ts';
import { tensorInfo, type Dim } from '../types.ts';
import { inferShapes } from './infer.ts';

/** The shape of `value`, written `[2, n, ?]`; '…' for an unknown rank. */
function shape(parts: ModelParts, value: string, feeds: Record<string, readonly Dim[]> = {}): string {
  const type = inferShapes(modelOf(parts), { feeds }).tensor(value);
  return type?.shape ? `[${type.shape.map((d) => d ?? '?').join(', ')}]` : '…';
}

describe('symbols', () => {
  const block: ModelParts = {
    inputs: { x: ['batch', 3, 32, 'width'] },
    constants: [zeros('w', [8, 3, 3, 3])],
    nodes: [
      node('Conv', 'x, w', 'c', { pads: attr.ints([1, 1, 1, 1]), strides: attr.ints([2, 1]) }),
      node('Relu', 'c', 'r'),
      node('GlobalAveragePool', 'r', 'p'),
      node('Flatten', 'p', 'f'),
    ],
  };

  it('flow through layers that keep a dimension', () => {
    expect(shape(block, 'r')).toBe('[batch, 8, 16, width]');
    expect(shape(block, 'f')).toBe('[batch, 8]');
  });

  it('become numbers where inputs are fed', () => {
    expect(shape(block, 'r', { x: [4, 3, 32, 10] })).toBe('[4, 8, 16, 10]');
  });

  it('are replaced in declared types too', () => {
    const parts: ModelParts = {
      inputs: { x: ['batch', 4] },
      nodes: [node('Custom', 'x', 'y', {}, { domain: 'somewhere' })],
      outputs: [tensorInfo('y', 'float32', ['batch', 2])],
    };
    expect(shape(parts, 'y')).toBe('[batch, 2]');
    expect(shape(parts, 'y', { x: [5, 4] })).toBe('[5, 2]');
  });

  it('that only mean "not known" are not taken for equal lengths', () => {
    const parts: ModelParts = {
      inputs: { x: ['None', 'None'], y: ['?', 'None'] },
      nodes: [node('Add', 'x, y', 'z')],
    };
    expect(shape(parts, 'z')).toBe('[?, ?]');
  });
});

describe('computed shapes', () => {
  it('resolve through Shape, Gather, Unsqueeze and Concat', () => {
    const parts: ModelParts = {
      inputs: { x: ['batch', 'length', 96] },
      constants: [scalar('zero', 0), scalar('one', 1), ints('axis', 0), ints('rest', 12, -1)],
      nodes: [
        node('Shape', 'x', 's'),
        node('Gather', 's, zero', 'n'),
        node('Gather', 's, one', 'l'),
        node('Unsqueeze', 'n, axis', 'n1'),
        node('Unsqueeze', 'l, axis', 'l1'),
        node('Concat', 'n1, l1, rest', 't', { axis: attr.int(0) }),
        node('Reshape', 'x, t', 'heads'),
        node('Transpose', 'heads', 'moved', { perm: attr.ints([0, 2, 1, 3]) }),
      ],
    };
    expect(shape(parts, 'moved')).toBe('[batch, 12, length, 8]');
    expect(inferShapes(modelOf(parts)).elements('t')).toEqual(['batch', 'length', 12, -1]);
  });

  it('resolve through arithmetic, casts and the pads that PyTorch writes', () => {
    const parts: ModelParts = {
      inputs: { x: [1, 8, 15, 20] },
      constants: [ints('given', 1, 2, 3, 4), ints('fill', 4), ints('two', -1, 2)],
      nodes: [
        // [1, 2, 3, 4, 0, 0, 0, 0] as pairs, last axis first, becomes [0, 0, 3, 1, 0, 0, 4, 2].
        node('ConstantOfShape', 'fill', 'zeros', { value: attr.tensor(ints('', 0)) }),
        node('Concat', 'given, zeros', 'all', { axis: attr.int(0) }),
        node('Reshape', 'all, two', 'pairs'),
        node('Slice', 'pairs, starts, ends, axes, steps', 'turned'),
        node('Transpose', 'turned', 'columns', { perm: attr.ints([1, 0]) }),
        node('Reshape', 'columns, flat', 'pads'),
        node('Cast', 'pads', 'cast', { to: attr.int(7) }),
        node('Pad', 'x, cast', 'y'),
      ],
    };
    const constants = [
      ...parts.constants!,
      ints('starts', -1), ints('ends', -(2 ** 31)), ints('axes', 0), ints('steps', -1), ints('flat', -1),
    ];
    expect(inferShapes(modelOf({ ...parts, constants })).elements('cast')).toEqual([0, 0, 3, 1, 0, 0, 4, 2]);
    expect(shape({ ...parts, constants }, 'y')).toBe('[1, 8, 22, 23]');
  });

  it('do not take symbols through arithmetic that changes them', () => {
    const parts: ModelParts = {
      inputs: { x: ['n', 4] },
      constants: [ints('two', 2), ints('one', 1), ints('start', 0), ints('end', 1)],
      nodes: [
        node('Shape', 'x', 's'),
        node('Slice', 's, start, end', 'n'),
        node('Mul', 'n, two', 'double'),
        node('Mul', 'n, one', 'same'),
        node('ConstantOfShape', 'double', 'a'),
        node('ConstantOfShape', 'same', 'b'),
      ],
    };
    expect(shape(parts, 'a')).toBe('[?]');
    expect(shape(parts, 'b')).toBe('[n]');
  });

  it('do not trust 64-bit integers that a number cannot hold', () => {
    const big = Tensor.fromBytes('big', 'int64', [1], BigInt64Array.of(2n ** 63n - 1n));
    const nearly = Tensor.fromBytes('nearly', 'int64', [1], BigInt64Array.of(2n ** 63n - 4n));
    const parts: ModelParts = {
      constants: [big, nearly],
      nodes: [node('Sub', 'big, nearly', 'three'), node('ConstantOfShape', 'three', 'y')],
    };
    expect(shape(parts, 'y')).toBe('[?]');
  });
});

describe('declared types', () => {
  const outputs = (...dims: readonly Dim[]) => [tensorInfo('y', 'float32', dims)];
  const identity = (declared: readonly Dim[], input: readonly Dim[] | undefined) => {
    const parts = { inputs: { x: input }, nodes: [node('Relu', 'x', 'y')], outputs: outputs(...declared) };
    return inferShapes(modelOf(parts));
  };

  it('fill in what is not inferred', () => {
    expect(identity([1, 'k'], [null, null]).tensor('y')?.shape).toEqual([1, 'k']);
    expect(identity([1, 2], undefined).tensor('y')?.shape).toEqual([1, 2]);
  });

  it('give way to what is inferred where they say less, or a number from tracing', () => {
    expect(identity([null, 'k'], [3, 4]).tensor('y')?.shape).toEqual([3, 4]);
    expect(identity([1, 4], ['batch', 4]).tensor('y')?.shape).toEqual(['batch', 4]);
    expect(identity([1, 4], ['batch', 4]).problems).toEqual([]);
  });

  it('that contradict leave the dimension open, with a problem', () => {
    const types = identity([3, 5], [3, 4]);
    expect(types.tensor('y')?.shape).toEqual([3, null]);
    expect(types.problems).toEqual([{ message: 'Value "y" is declared as [3, 5] but is [3, 4].', value: 'y' }]);
  });

  it('of another rank or element type leave that open', () => {
    expect(identity([3], [3, 4]).tensor('y')).toEqual({ kind: 'tensor', dtype: 'float32' });
    const parts = {
      inputs: { x: [2] },
      nodes: [node('Relu', 'x', 'y')],
      outputs: [tensorInfo('y', 'float16', [2])],
    };
    expect(inferShapes(modelOf(parts)).tensor('y')).toEqual({ kind: 'tensor', dtype: 'undefined', shape: [2] });
  });

  it('of inner values are stale when fed shapes contradict the inputs', () => {
    const model = modelOf({ inputs: { x: [1, 4] }, nodes: [node('Relu', 'x', 'h'), node('Relu', 'h', 'y')] });
    model.graph.valueInfos.set('h', tensorInfo('h', 'float32', [1, 4]));
    const types = inferShapes(model, { feeds: { x: [8, 4] } });
    expect(types.tensor('y')?.shape).toEqual([8, 4]);
    expect(types.problems).toEqual([]);
  });

  it('of length 0 count as not known', () => {
    expect(shape({ inputs: { x: [0, 3] }, nodes: [node('Relu', 'x', 'y')] }, 'y')).toBe('[?, 3]');
  });
});

describe('initializers', () => {
  const parts: ModelParts = {
    inputs: { x: [2, 6], target: ['two'] },
    nodes: [node('Reshape', 'x, target', 'y')],
  };
  const withDefault = (irVersion: number) => {
    const model = modelOf(parts);
    model.irVersion = irVersion;
    model.graph.initializers.set('target', ints('target', 3, 4));
    return inferShapes(model).tensor('y')?.shape;
  };

  it('that are inputs too may be overridden from IR 4 on', () => {
    expect(withDefault(3)).toEqual([3, 4]);
    expect(withDefault(4)).toBeUndefined();
  });

  it('that cannot be read are reported and change nothing else', () => {
    const model = modelOf({ inputs: { x: [2, 6] }, nodes: [node('Reshape', 'x, t', 'y'), node('Relu', 'x', 'z')] });
    const short = Tensor.fromBytes('t', 'int64', [2], new Uint8Array(8));
    model.graph.initializers.set('t', short);
    const types = inferShapes(model);
    expect(types.tensor('z')?.shape).toEqual([2, 6]);
    expect(types.tensor('y')).toBeUndefined();
    expect(types.problems).toHaveLength(1);
    expect(types.problems[0]?.node).toBe('Reshape(y)');
  });
});

describe('problems', () => {
  it.each<[string, ModelParts]>([
    ['Add "Add(y)": the input shapes [2, 3] and [2, 4] do not broadcast.', {
      inputs: { a: [2, 3], b: [2, 4] },
      nodes: [node('Add', 'a, b', 'y')],
    }],
    ['MatMul "MatMul(y)": the shapes [2, 3] and [4, 2] cannot be multiplied.', {
      inputs: { a: [2, 3], b: [4, 2] },
      nodes: [node('MatMul', 'a, b', 'y')],
    }],
    ['Reshape "Reshape(y)": an input of shape [2, 3] cannot take the shape [4, 2].', {
      inputs: { a: [2, 3] },
      constants: [ints('t', 4, 2)],
      nodes: [node('Reshape', 'a, t', 'y')],
    }],
    ['Conv "Conv(y)": weights of shape [8, 3, 1, 1] in 1 groups do not fit an input of shape [1, 4, 5, 5].', {
      inputs: { a: [1, 4, 5, 5] },
      constants: [zeros('w', [8, 3, 1, 1])],
      nodes: [node('Conv', 'a, w', 'y')],
    }],
    ['Attribute "axis" of node "Concat(y)" (Concat) has type ints, not int.', {
      inputs: { a: [2] },
      nodes: [node('Concat', 'a, a', 'y', { axis: attr.ints([0]) })],
    }],
  ])('%s', (message, parts) => {
    expect(inferShapes(modelOf(parts)).problems.map((problem) => problem.message)).toEqual([message]);
  });
});

describe('feeds', () => {
  const model = modelOf({ inputs: { x: ['n', 3] }, nodes: [node('Relu', 'x', 'y')] });

  it('that name no input, or another rank, are refused', () => {
    expect(() => inferShapes(model, { feeds: { z: [1] } })).toThrow('The model has no input named "z".');
    expect(() => inferShapes(model, { feeds: { x: [1] } })).toThrow('Input "x" has 2 dimensions, not 1.');
  });
});

it('names the operators without a rule, and knows nothing of their outputs', () => {
  const types = inferShapes(modelOf({
    inputs: { x: [2] },
    nodes: [node('Mystery', 'x', 'y'), node('Add', 'x, y', 'z'), node('Thing', 'x', 'w', {}, { domain: 'my.ops' })],
  }));
  expect(types.get('y')).toBeUndefined();
  expect(types.tensor('z')).toEqual({ kind: 'tensor', dtype: 'float32' });
  expect([...types.unknownOperators]).toEqual(['Mystery', 'my.ops::Thing']);
});

it('follows graphs far deeper than a stack', () => {
  const nodes = Array.from({ length: 60_000 }, (_, i) => node('Relu', i === 0 ? 'x' : `v${i - 1}`, `v${i}`));
  expect(shape({ inputs: { x: ['n', 7] }, nodes }, 'v59999')).toBe('[n, 7]');
});
