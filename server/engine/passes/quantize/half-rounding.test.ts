import { expect, it } from 'vitest';
import { decodeSmallFloats, encodeSmallFloats } from '../../tensor/float-formats.ts';
import { Random } from '../../util/random.ts';
import { roundToHalves } from './half-rounding.ts';
import { matrixLayout } from './weights.ts';

/** Inputs that resemble each other: their errors add up, or cancel. */
function inputsLike(random: Random, count: number, length: number): Float64Array[] {
  return Array.from({ length: count }, () => {
    const common = random.normal();
    return Float64Array.from({ length }, () => common + random.normal() / 3);
  });
}

it('errs less at the output than rounding to nearest, on inputs not seen, and stays near each weight', () => {
  const random = new Random(4);
  const [inputs, outputs] = [24, 10];
  const weights = Float32Array.from({ length: inputs * outputs }, () => random.normal());
  const seen = inputsLike(random, 400, inputs);
  const sums = new Float64Array(inputs * inputs);
  for (const x of seen) {
    for (let i = 0; i < inputs; i++) for (let j = i; j < inputs; j++) sums[i * inputs + j]! += x[i]! * x[j]!;
  }
  const layout = matrixLayout([inputs, outputs], false);
  const blocks = [[{ start: 0, size: inputs, sums }]];
  const learned = decodeSmallFloats(
    'float16',
    roundToHalves(weights, layout, { kind: 'gram', tap: 'x', length: inputs, blocks, count: seen.length }),
  );
  const nearest = decodeSmallFloats('float16', encodeSmallFloats('float16', weights));
  const fresh = inputsLike(random, 200, inputs);
  const noise = (rounded: Float32Array): number => {
    let sum = 0;
    for (const x of fresh) {
      for (let o = 0; o < outputs; o++) {
        let error = 0;
        for (let i = 0; i < inputs; i++) error += x[i]! * (weights[i * outputs + o]! - rounded[i * outputs + o]!);
        sum += error ** 2;
      }
    }
    return sum;
  };
  expect(noise(learned)).toBeLessThan(noise(nearest) / 3);
  for (const [i, value] of learned.entries()) {
    const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(weights[i]!))) - 10);
    expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(3 * step);
  }
});
