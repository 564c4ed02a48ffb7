import { expect, it } from 'vitest';
import { Tensor } from '../../engine/model/tensor.ts';
import { dequantize } from './dequantized-constant.ts';

const stored = Tensor.from('w_q', 'int8', [2, 3], [-2, -1, 0, 1, 2, 127]);

it('takes one scale for the whole tensor', () => {
  const scale = Tensor.from('s', 'float32', [], [0.5]);
  const made = dequantize({ stored, scale, zeroPoint: undefined, axis: 1 }, 'w');
  expect(made.name).toBe('w');
  expect([...made.toFloat32()]).toEqual([-1, -0.5, 0, 0.5, 1, 63.5]);
});

it('takes a scale and a zero point for each channel of the axis', () => {
  const byRow = {
    stored, scale: Tensor.from('s', 'float32', [2], [1, 10]), zeroPoint: Tensor.from('z', 'int8', [2], [0, 1]), axis: 0,
  };
  expect([...dequantize(byRow, 'w').toFloat32()]).toEqual([-2, -1, 0, 0, 10, 1260]);
  const byColumn = { stored, scale: Tensor.from('s', 'float32', [3], [1, 10, 100]), zeroPoint: undefined, axis: 1 };
  expect([...dequantize(byColumn, 'w').toFloat32()]).toEqual([-2, -10, 0, 1, 20, 12700]);
});

it('leaves what is stored as it was', () => {
  dequantize({ stored, scale: Tensor.from('s', 'float32', [1], [2]), zeroPoint: undefined, axis: 0 }, 'w');
  expect(stored.toNumbers()).toEqual([-2, -1, 0, 1, 2, 127]);
});
