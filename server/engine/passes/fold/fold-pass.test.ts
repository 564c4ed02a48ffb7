import { expect, it } from 'vitest';
import { smallModel } from '../../../../test/runtime/small-models.ts';
import { Tensor } from '../../model/tensor.ts';
import { x64 } from '../../targets/processors.ts';
import { foldPass } from './fold-pass.ts';

const ports = { inputs: [['x', [2, 3]]], outputs: [['y', [2, 4]]] } as const;
const model = smallModel({
  ...ports,
  nodes: [
    { opType: 'MatMul', name: 'layer', inputs: ['x', 'w'], outputs: ['h'] },
    { opType: 'Mul', name: 'scale', inputs: ['h', 's'], outputs: ['y'] },
  ],
  constants: [
    Tensor.from('w', 'float32', [3, 4], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    Tensor.from('s', 'float32', [4], [1, 2, 3, 4]),
  ],
});

it('plans what goes, and says so in a note', () => {
  const { layers, notes } = foldPass.plan(model, foldPass.options.parse({}), x64);
  expect(layers).toEqual([{ name: 'scale', opType: 'Mul', action: 'folded', weightBytes: 16, predictedBytes: 0 }]);
  expect(notes).toEqual([{ severity: 'info', message: '2 nodes became 1.' }]);
});

it('has nothing to say about a model that is folded', () => {
  const nodes = model.graph.nodes.slice(0, 1).map((node) => ({ opType: node.opType, inputs: node.inputs,
    outputs: ['y'] }));
  const folded = smallModel({ ...ports, nodes, constants: [model.graph.initializers.get('w')!] });
  expect(foldPass.plan(folded, foldPass.options.parse({}), x64)).toEqual({ layers: [], notes: [] });
});

it('refuses options that it does not know', () => {
  expect(foldPass.options.safeParse({ tie: true }).success).toBe(false);
});
