import { afterAll, beforeAll, describe, it } from 'vitest';
import { node } from '../../../../../test/model/build.ts';
import { expectGradients } from '../../../../../test/train/finite-differences.ts';
import { attr, type Attribute } from '../../../model/attribute.ts';
import { blockedChannels } from '../../../runtime/blocked-layout.ts';
import { Runtime } from '../../../runtime/runtime.ts';

let runtime: Runtime;
/** Channels of a block on this machine: without such a layout the cases below still hold, the plain way. */
let block: number;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  block = await blockedChannels(runtime);
});

afterAll(() => runtime.close());

interface ConvCase {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly b?: readonly number[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

function attributesOf(given: ConvCase['attributes'] = {}): Record<string, Attribute> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'number' ? attr.int(value) : typeof value === 'string' ? attr.string(value) : attr.ints(value),
    ]),
  );
}

async function check(opType: string, { x, w, b, attributes }: ConvCase, more: { block?: number } = {}): Promise<void> {
  await expectGradients(runtime, {
    nodes: [node(opType, b ? 'x, w, b' : 'x, w', 'y', attributesOf(attributes))],
    inputs: { x, w, ...(b && { b }) },
    // A convolution is linear in each of its inputs: differences are exact at any distance.
    step: 1,
    samples: 25,
    ...more,
  });
}

describe('Conv', () => {
  const cases: Readonly<Record<string, ConvCase>> = {
    'few channels': { x: [2, 3, 7, 6], w: [4, 3, 3, 3], b: [4], attributes: { pads: [1, 1, 1, 1] } },
    'no padding': { x: [2, 3, 7, 6], w: [4, 3, 3, 2] },
    'padded on one side': { x: [2, 3, 7, 6], w: [4, 3, 3, 3], attributes: { pads: [2, 0, 1, 3] } },
    'padded by more than the kernel': { x: [1, 32, 5, 5], w: [32, 32, 1, 1], attributes: { pads: [1, 1, 1, 1] } },
    'many channels': { x: [2, 33, 5, 4], w: [34, 33, 3, 3], b: [34], attributes: { pads: [1, 1, 1, 1] } },
    'many channels, 1x1': { x: [2, 33, 5, 4], w: [34, 33, 1, 1] },
    'many channels, dilated': { x: [1, 32, 7, 7], w: [32, 32, 3, 3], attributes: { dilations: [2, 1] } },
    strides: { x: [2, 3, 8, 7], w: [4, 3, 3, 3], attributes: { strides: [2, 3], pads: [1, 1, 1, 1] } },
    'strides that leave a rest': { x: [2, 3, 8, 9], w: [4, 3, 3, 3], attributes: { strides: [3, 4] } },
    'strides, 1x1': { x: [2, 33, 6, 5], w: [40, 33, 1, 1], attributes: { strides: [2, 2] } },
    'strides and dilations': { x: [1, 3, 9, 9], w: [4, 3, 3, 2], attributes: { strides: [2, 2], dilations: [2, 3] } },
    groups: { x: [2, 6, 5, 5], w: [4, 3, 3, 3], b: [4], attributes: { group: 2, pads: [1, 1, 1, 1] } },
    'wide groups': { x: [1, 64, 4, 4], w: [64, 32, 3, 3], attributes: { group: 2, pads: [1, 1, 1, 1] } },
    'groups with strides': { x: [2, 6, 7, 7], w: [9, 2, 3, 3], attributes: { group: 3, strides: [2, 2] } },
    depthwise: { x: [2, 5, 6, 7], w: [5, 1, 3, 3], b: [5], attributes: { group: 5, pads: [1, 1, 1, 1] } },
    'depthwise, uneven padding': { x: [2, 3, 6, 7], w: [3, 1, 5, 3], attributes: { group: 3, pads: [2, 0, 1, 1] } },
    'depthwise, dilated': { x: [2, 3, 8, 8], w: [3, 1, 3, 3], attributes: { group: 3, dilations: [2, 2] } },
    'depthwise, strides': { x: [2, 5, 7, 6], w: [5, 1, 3, 3], attributes: { group: 5, strides: [2, 2] } },
    'depthwise, wide': { x: [1, 2, 3, 60], w: [2, 1, 3, 3], attributes: { group: 2, pads: [1, 1, 1, 1] } },
    'depthwise with more filters': { x: [2, 3, 6, 6], w: [6, 1, 3, 3], attributes: { group: 3, pads: [1, 1, 1, 1] } },
    SAME_UPPER: { x: [1, 3, 6, 7], w: [4, 3, 3, 4], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } },
    SAME_LOWER: { x: [1, 3, 6, 7], w: [4, 3, 4, 3], attributes: { auto_pad: 'SAME_LOWER', strides: [2, 2] } },
    VALID: { x: [1, 3, 6, 7], w: [4, 3, 3, 3], attributes: { auto_pad: 'VALID' } },
    'many taps': { x: [1, 2, 12, 11], w: [2, 2, 9, 9], attributes: { strides: [2, 1], pads: [1, 0, 2, 1] } },
    'one axis': { x: [2, 3, 9], w: [4, 3, 3], b: [4], attributes: { pads: [1, 1], strides: [2] } },
    'one axis, depthwise': { x: [2, 4, 9], w: [4, 1, 3], attributes: { pads: [2, 0], group: 4 } },
    'three axes': { x: [1, 2, 4, 5, 4], w: [3, 2, 2, 3, 2], b: [3], attributes: { strides: [1, 2, 1] } },
  };
  for (const [name, test] of Object.entries(cases)) it(name, () => check('Conv', test));
});

describe('Conv in blocks of channels', () => {
  const cases: Readonly<Record<string, ConvCase>> = {
    plain: { x: [2, 16, 6, 5], w: [32, 16, 3, 3], b: [32], attributes: { pads: [1, 1, 1, 1] } },
    'uneven padding': { x: [1, 32, 6, 5], w: [16, 32, 3, 2], attributes: { pads: [0, 1, 2, 0] } },
    'strides, dilations': { x: [1, 16, 9, 9], w: [16, 16, 3, 3], attributes: { strides: [2, 2], dilations: [2, 1] } },
    'strides, many samples': { x: [16, 16, 7, 7], w: [16, 16, 3, 3], attributes: { strides: [2, 2] } },
    'small pictures, many samples': { x: [16, 16, 4, 4], w: [16, 16, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
    depthwise: { x: [2, 16, 6, 5], w: [16, 1, 3, 3], b: [16], attributes: { group: 16, pads: [1, 1, 1, 1] } },
    'depthwise, strides': { x: [2, 32, 7, 6], w: [32, 1, 3, 3], attributes: { group: 32, strides: [2, 2] } },
    'depthwise, dilated': { x: [1, 16, 8, 8], w: [16, 1, 5, 3], attributes: { group: 16, dilations: [1, 2] } },
    'channels that fill no block': { x: [1, 12, 5, 5], w: [20, 12, 3, 3], b: [20] },
  };
  for (const [name, test] of Object.entries(cases)) it(name, () => check('Conv', test, { block }));
});

describe('ConvTranspose', () => {
  const cases: Readonly<Record<string, ConvCase>> = {
    plain: { x: [2, 3, 4, 5], w: [3, 4, 3, 3], b: [4] },
    'strides and padding': { x: [2, 3, 4, 5], w: [3, 4, 3, 3], attributes: { strides: [2, 2], pads: [1, 1, 0, 1] } },
    'output padding': {
      x: [2, 3, 4, 5],
      w: [3, 4, 3, 3],
      attributes: { strides: [2, 3], pads: [1, 1, 1, 1], output_padding: [1, 2] },
    },
    groups: { x: [2, 6, 4, 4], w: [6, 2, 2, 2], b: [4], attributes: { strides: [2, 2], group: 2 } },
    depthwise: { x: [2, 4, 5, 4], w: [4, 1, 3, 3], attributes: { strides: [2, 2], group: 4 } },
    dilated: { x: [1, 3, 4, 4], w: [3, 2, 3, 2], attributes: { dilations: [2, 3] } },
    SAME_UPPER: { x: [1, 3, 4, 5], w: [3, 2, 3, 3], attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] } },
    'one axis': { x: [2, 3, 6], w: [3, 4, 4], attributes: { strides: [2], pads: [1, 1] } },
  };
  for (const [name, test] of Object.entries(cases)) it(name, () => check('ConvTranspose', test));
});
