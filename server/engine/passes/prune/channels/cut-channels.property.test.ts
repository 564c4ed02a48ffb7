import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { maskedModel, someChannels } from '../../../../../test/passes/masked-channels.ts';
import { differences, run } from '../../../../../test/passes/same-results.ts';
import { attr } from '../../../model/attribute.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { Random } from '../../../util/random.ts';
import { cutChannels } from './cut-channels.ts';
import { channelGroups } from './groups.ts';
import { trackChannels } from './track-channels.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const kinds = ['conv', 'depthwise', 'grouped', 'relu', 'add', 'concat', 'odd', 'pool', 'twice'] as const;

/** A network in which each step reads what one or two earlier ones made. */
function networkOf(steps: readonly { readonly kind: (typeof kinds)[number]; readonly from: number }[]): Model {
  const net = new Network(steps.length);
  const made = [{ name: net.conv('stem', net.input('x', [1, 3, 5, 5]), [3, 8]), width: 8 }];
  for (const [i, { kind, from }] of steps.entries()) {
    const { name, width } = made[from % made.length]!;
    const output = `${kind}${i}`;
    const other = made.findLast((one) => one.width === width)!.name;
    switch (kind) {
      case 'conv':
        made.push({ name: net.conv(output, name, [width, 8]), width: 8 });
        break;
      case 'depthwise':
        made.push({ name: net.conv(output, name, [width, width], { group: width }), width });
        break;
      case 'grouped':
        made.push({ name: net.conv(output, name, [width, 8], { group: 2 }), width: 8 });
        break;
      case 'relu':
        made.push({ name: net.relu(output, name), width });
        break;
      case 'add':
        made.push({ name: net.node('Add', output, [name, other]), width });
        break;
      case 'twice':
        made.push({ name: net.node('Mul', output, [name, name]), width });
        break;
      case 'concat':
        if (width <= 16) {
          made.push({ name: net.node('Concat', output, [name, other], { axis: attr.int(1) }), width: 2 * width });
        }
        break;
      case 'odd':
        // An operator without a rule for its channels: a running sum over them.
        net.constants.push(Tensor.from(`${output}.axis`, 'int64', [], [1]));
        made.push({ name: net.node('CumSum', output, [name, `${output}.axis`]), width });
        break;
      case 'pool': {
        const three = attr.ints([3, 3]);
        const ones = attr.ints([1, 1, 1, 1]);
        made.push({ name: net.node('MaxPool', output, [name], { kernel_shape: three, pads: ones }), width });
        break;
      }
    }
  }
  const last = made.at(-1)!;
  net.output(net.conv('head', last.name, [last.width, 3]), [1, 3, 5, 5]);
  return net.model();
}

const step = fc.record({ kind: fc.constantFrom(...kinds), from: fc.nat(8) });

it('random networks without some channels compute what they do with them masked', async () => {
  let cuts = 0;
  await fc.assert(fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 9 }),
    fc.constantFrom(0.1, 0.4, 0.7),
    async (steps, ratio) => {
      const model = networkOf(steps);
      const tracker = trackChannels(model);
      const removed = someChannels(channelGroups(tracker), ratio);
      const cut = cutChannels(tracker, removed);
      expect(validateModel(cut)).toEqual([]);
      const feeds = randomFeeds(model, new Random(3));
      const expected = await run(runtime, maskedModel(tracker, removed), feeds);
      const actual = await run(runtime, cut, feeds);
      expect(actual['head']!.dims).toEqual([1, 3, 5, 5]);
      expect(differences(expected, actual)).toBeLessThanOrEqual(1e-4);
      cuts += removed.size;
    },
  ), { numRuns: 60, seed: 5 });
  expect(cuts).toBeGreaterThan(60);
}, 60_000);
