import { afterAll, beforeAll, expect, it } from 'vitest';
import { maskedModel } from '../../../test/passes/masked-channels.ts';
import { Network, randomFeeds } from '../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../test/passes/pass-context.ts';
import { createMetric } from '../data/metrics/create-metric.ts';
import type { Model } from '../model/model.ts';
import { channelGroups, groupName } from '../passes/prune/channels/groups.ts';
import { trackChannels } from '../passes/prune/channels/track-channels.ts';
import { Runtime } from '../runtime/runtime.ts';
import { Random } from '../util/random.ts';
import { studyPruning } from './study-pruning.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** A residual block, so that one group reaches over two layers, between plain layers. */
function network(): Model {
  const net = new Network(17);
  net.input('x', [1, 3, 10, 10]);
  net.relu('r1', net.conv('a', 'x', [3, 8]));
  net.relu('r2', net.conv('b', 'r1', [8, 12]));
  net.conv('c', 'r2', [12, 8]);
  net.node('Add', 'sum', ['c', 'r1']);
  net.relu('r3', 'sum');
  net.conv('y', 'r3', [8, 4]);
  net.output('y', [1, 4, 10, 10]);
  return net.model();
}

it('gives what the whole network without those channels gives', async () => {
  const model = network();
  const random = new Random(2);
  const runs = Array.from({ length: 10 }, () => randomFeeds(model, random));
  const data = memoryData(runs);
  const study = await studyPruning({
    model, data, metric: createMetric('sqnr'), output: {}, ratios: [0.25, 0.5], exhaustive: true,
    context: passContext(runtime, { calibration: data }),
  });
  expect(study.groups.map(({ name, layers, channels }) => [name, channels, layers])).toEqual([
    ['a', 8, ['a', 'c', 'b', 'y']], ['b', 12, ['b', 'c']],
  ]);
  expect(study.samples).toBe(10);
  for (const { shares } of study.groups) {
    expect(shares.map(({ removed }) => removed)).toEqual(shares[0]!.removed === 2 ? [2, 4] : [3, 6]);
    expect(shares[0]!.sqnrDb).toBeGreaterThan(shares[1]!.sqnrDb!);
    expect(shares[1]!.parametersSaved).toBeGreaterThan(1.5 * shares[0]!.parametersSaved);
  }
  // The channels that stay make up for those that went, so that the network does better than with a mask alone.
  const tracker = trackChannels(model);
  const group = channelGroups(tracker).find((one) => groupName(one) === 'b')!;
  const wanted = await runModel(runtime, model, runs);
  const masked: number[] = [];
  for (let first = 0; first < 12; first += 3) {
    const gone = new Set(group.channels.slice(first, first + 3).map(({ id }) => id));
    masked.push(outputDb(wanted, await runModel(runtime, maskedModel(tracker, gone), runs), 'y'));
  }
  expect(study.groups[1]!.shares[0]!.sqnrDb).toBeGreaterThan(Math.max(...masked));
});
