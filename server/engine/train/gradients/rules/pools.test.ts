import { afterAll, beforeAll, describe, it } from 'vitest';
import { node } from '../../../../../test/model/build.ts';
import { expectGradients } from '../../../../../test/train/finite-differences.ts';
import { attr } from '../../../model/attribute.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { Random } from '../../../util/random.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

interface PoolCase {
  readonly dims: readonly number[];
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  readonly ceil?: boolean;
  readonly countsPads?: boolean;
  readonly autoPad?: string;
}

async function check(opType: string, test: PoolCase): Promise<void> {
  const { dims, kernel, strides, pads, dilations, ceil, countsPads, autoPad } = test;
  // Values apart from each other, so that no small change changes which is the largest.
  const values = new Random(5).shuffle(Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i / 4));
  await expectGradients(runtime, {
    nodes: [
      node(opType, 'x', 'y', {
        kernel_shape: attr.ints(kernel),
        ...(strides && { strides: attr.ints(strides) }),
        ...(pads && { pads: attr.ints(pads) }),
        ...(dilations && { dilations: attr.ints(dilations) }),
        ...(ceil && { ceil_mode: attr.int(1) }),
        ...(countsPads && { count_include_pad: attr.int(1) }),
        ...(autoPad && { auto_pad: attr.string(autoPad) }),
      }),
    ],
    inputs: { x: { dims, values } },
    step: 0.05,
  });
}

const shared: Readonly<Record<string, PoolCase>> = {
  'windows that tile': { dims: [2, 3, 6, 4], kernel: [3, 2], strides: [3, 2] },
  'windows that leave a rest': { dims: [2, 2, 7, 5], kernel: [2, 2], strides: [2, 2] },
  'windows that overlap': { dims: [2, 2, 7, 7], kernel: [3, 3], strides: [2, 2] },
  padded: { dims: [2, 2, 7, 6], kernel: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1] },
  'a last window beyond the end': { dims: [1, 2, 7, 6], kernel: [3, 2], strides: [2, 3], ceil: true },
  'strides of one': { dims: [1, 2, 5, 5], kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
  SAME_UPPER: { dims: [1, 2, 5, 6], kernel: [3, 3], strides: [2, 2], autoPad: 'SAME_UPPER' },
  'one axis': { dims: [2, 2, 8], kernel: [2], strides: [2] },
  'three axes': { dims: [1, 2, 4, 4, 2], kernel: [2, 2, 2], strides: [2, 2, 2] },
};

describe('MaxPool', () => {
  for (const [name, test] of Object.entries(shared)) it(name, () => check('MaxPool', test));
  it('dilated', () => check('MaxPool', { dims: [1, 2, 7, 7], kernel: [2, 2], strides: [2, 2], dilations: [2, 2] }));
});

describe('AveragePool', () => {
  for (const [name, test] of Object.entries(shared)) it(name, () => check('AveragePool', test));
  it('that counts the padding', () =>
    check('AveragePool', { ...shared['padded']!, countsPads: true }));
});

for (const opType of ['GlobalAveragePool', 'GlobalMaxPool']) {
  it(opType, () => {
    const nodes = [node(opType, 'x', 'y')];
    return expectGradients(runtime, { nodes, inputs: { x: [2, 3, 4, 3] }, step: 1e-3, tolerance: 1e-2 });
  });
}
