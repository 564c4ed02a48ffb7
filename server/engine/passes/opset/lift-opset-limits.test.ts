import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../../test/passes/same-results.ts';
import { floats, smallModel, type SmallModel } from '../../../../test/runtime/small-models.ts';
import { Tensor } from '../../model/tensor.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { liftOpset } from './lift-opset.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

describe('what cannot be lifted', () => {
  const io = { inputs: [['x', [2, 3, 4]]], outputs: [['y', [2, 3, 4]]] } as const;

  it.each([
    ['a batch norm in training', 'BatchNormalization', ['x', 'p', 'p', 'p', 'p'], ['y', 'm'], 9],
    ['a dropout in training', 'Dropout', ['x'], ['y'], 6],
    ['an operator that no opset has', 'GivenTensorFill', ['x'], ['y'], 9],
    ['an operator of a later opset', 'Gelu', ['x'], ['y'], 12],
    ['an operator nobody knows', 'Frobnicate', ['x'], ['y'], 12],
    ['a resize whose rounding depends', 'Resize', ['x', 'm'], ['y'], 10],
  ])('%s is named and the model stays whole', (_, opType, inputs, outputs, opset) => {
    const reader = { opType: 'Neg', inputs: ['m'], outputs: ['z'] };
    const nodes = [{ name: 'the node', opType, inputs, outputs }, reader];
    const constants = [Tensor.from('p', 'float32', [3], [1, 1, 1])];
    const model = smallModel({ ...io, outputs: [['y', [2, 3, 4]], ['z', [3]]], nodes, constants, opset });
    const before = model.clone();
    const refusal: unknown = expect.objectContaining({ code: 'UNSUPPORTED', at: { node: 'the node' } });
    expect(() => liftOpset(model, 17)).toThrow(refusal);
    expect(model).toEqual(before);
  });
});

describe('versions', () => {
  const nodes = [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }];
  const relu: SmallModel = { inputs: [['x', [1]]], outputs: [['y', [1]]], nodes };

  it('never lowers or touches what is there already', () => {
    const model = smallModel({ ...relu, opset: 17 });
    expect(liftOpset(model, 13)).toBe(model);
    expect(liftOpset(model, 17)).toBe(model);
  });

  it.each([[13, 7], [17, 8], [21, 10]] as const)('opset %i comes with IR %i at least', (to, irVersion) => {
    const model = smallModel({ ...relu, opset: 11 });
    model.irVersion = 6;
    expect(liftOpset(model, to).irVersion).toBe(irVersion);
    model.irVersion = 12;
    expect(liftOpset(model, to).irVersion).toBe(12);
  });

  it('takes constants off the inputs of an IR 3 model, where they were no defaults', async () => {
    const constants = [Tensor.from('b', 'float32', [1], [2])];
    const nodes = [{ opType: 'Add', inputs: ['x', 'b'], outputs: ['y'] }];
    const model = smallModel({ ...relu, inputs: [['x', [1]], ['b', [1]]], nodes, constants, opset: 7 });
    model.irVersion = 3;
    const lifted = liftOpset(model, 13);
    expect(lifted.graph.inputs.map((input) => input.name)).toEqual(['x']);
    expect(await run(runtime, lifted, { x: floats([1], [1]) })).toEqual({ y: floats([1], [3]) });
  });

  it('adds the standard operators to a model that has none', () => {
    const nodes = [{ opType: 'Normalizer', domain: 'ai.onnx.ml', inputs: ['x'], outputs: ['y'] }];
    const model = smallModel({ ...relu, nodes });
    model.opsetImports = new Map([['ai.onnx.ml', 3]]);
    const lifted = liftOpset(model, 13);
    expect(lifted.opsetImports).toEqual(new Map([['ai.onnx.ml', 3], ['', 13]]));
    expect(lifted.graph.nodes.map((node) => node.opType)).toEqual(['Normalizer']);
  });
});
