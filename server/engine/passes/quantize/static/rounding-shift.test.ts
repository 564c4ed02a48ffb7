import { describe, expect, it } from 'vitest';
import { attr } from '../../../model/attribute.ts';
import { Node } from '../../../model/node.ts';
import { convLayout, matrixLayout, type QuantizedWeights, type WeightLayout } from '../weights.ts';
import type { ComputeRole } from './operators.ts';
import { roundingShift } from './rounding-shift.ts';

function role(layout: WeightLayout): ComputeRole {
  return {
    kind: 'compute',
    data: 0,
    weight: 1,
    bias: undefined,
    channelAxis: 0,
    layout,
    kernel: [],
    floatOutput: false,
    pairwise: true,
  };
}

function weights(codes: readonly number[], scales: readonly number[]): QuantizedWeights {
  const rest = { zeroPoint: 128, signalPower: 0, noisePower: 0 };
  return { codes: Uint8Array.from(codes, (code) => code + 128), scales: Float32Array.from(scales), ...rest };
}

describe('the shift that rounding weights causes', () => {
  it('is the mean output of what rounding took away, group by group', () => {
    // Two groups of two inputs, one output each, kernel of two: w[channel][input][tap].
    const node = new Node({
      opType: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { group: attr.int(2) },
    });
    const values = Float32Array.of(1.25, 2, 3, 4, 5, 6.5, 7, 8);
    const quantized = weights([1, 2, 3, 4, 10, 12, 14, 16], [1, 0.5]);
    const shift = roundingShift(values, quantized, role(convLayout([2, 2, 2])), node, Float64Array.of(2, 3, 5, 7));
    expect(shift).toEqual(Float64Array.of(0.25 * 2, 0.5 * 5));
  });

  it('counts rows of a matrix as inputs', () => {
    const node = new Node({ opType: 'Gemm', inputs: ['x', 'w'], outputs: ['y'] });
    const values = Float32Array.of(1.5, 2, 3, 4.25);
    const layout = matrixLayout([2, 2], false);
    const shift = roundingShift(values, weights([1, 2, 3, 4], [1]), role(layout), node, Float64Array.of(10, 100));
    expect(shift).toEqual(Float64Array.of(5, 25));
  });

  it('leaves channels alone whose inputs have no mean', () => {
    const node = new Node({ opType: 'Conv', inputs: ['x', 'w'], outputs: ['y'] });
    const layout = convLayout([1, 2, 1]);
    const quantized = weights([1, 1], [1]);
    const values = Float32Array.of(1.5, 1.5);
    expect(roundingShift(values, quantized, role(layout), node, Float64Array.of(1, NaN))).toEqual(Float64Array.of(0));
    expect(roundingShift(values, quantized, role(layout), node, new Float64Array(3))).toBeUndefined();
  });
});
