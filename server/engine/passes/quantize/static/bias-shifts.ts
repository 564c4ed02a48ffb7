/**
 * Empirical bias correction: what quantization adds to the mean of each output channel, measured in the quantized
 * network itself, so that the errors of the layers before and of the activations are in it (Nagel et al. 2019,
 * "Data-Free Quantization", appendix D; the closed form in `rounding-shift.ts` knows of the layer's own weights only).
 */

import type { Dataset } from '../../../data/dataset.ts';
import type { Model } from '../../../model/model.ts';
import type { Candidate } from '../candidates.ts';
import type { PassContext } from '../../pass.ts';
import { throwIfCancelled } from '../../../errors.ts';
import { withOutputs } from '../../observe.ts';

/** [channels] to add to the bias, by label of the layer in the float model. */
export type BiasShifts = ReadonlyMap<string, Float64Array>;

/**
 * Layers are corrected in groups, first to last, each in a network whose earlier groups are corrected already: one
 * measurement a layer would take as many runs as there are layers.
 */
const mostGroups = 4;

/**
 * @param prepared the float model
 * @param make a candidate with the given shifts
 * @param data means are taken over all of it
 */
export async function measureBiasShifts(
  prepared: Model,
  make: (shifts: BiasShifts) => Candidate,
  data: Dataset,
  context: PassContext,
): Promise<BiasShifts> {
  const shifts = new Map<string, Float64Array>();
  const nodes = new Map(prepared.graph.nodes.map((node) => [node.label, node]));
  const count = make(shifts).layers.filter(({ sums }) => sums !== undefined).length;
  const perGroup = Math.ceil(count / mostGroups);
  for (let first = 0; first < count; first += perGroup) {
    context.progress('Correcting biases', first, count);
    const candidate = make(shifts);
    const group = candidate.layers.filter(({ sums }) => sums !== undefined).slice(first, first + perGroup);
    const pairs = group.map(({ name, sums }) => {
      const node = nodes.get(name)!;
      return { name, float: node.outputs[0]!, quantized: sums!, channelAxis: node.is('Conv') ? 1 : -1 };
    });
    const differences = await meanDifferences(prepared, candidate.model, pairs, data, context);
    for (const [i, { name }] of pairs.entries()) shifts.set(name, differences[i]!);
  }
  return shifts;
}

interface Pair {
  readonly float: string;
  readonly quantized: string;
  readonly channelAxis: number;
}

/** For each pair the mean of the float value less that of the quantized one, channel by channel. */
async function meanDifferences(
  prepared: Model,
  quantized: Model,
  pairs: readonly Pair[],
  data: Dataset,
  context: PassContext,
): Promise<Float64Array[]> {
  const { threads, signal } = context;
  const runtime = await context.runtime();
  const load = (model: Model, values: string[]): ReturnType<typeof runtime.load> =>
    runtime.load(withOutputs(model, values), { threads, optimization: 'basic' }, signal);
  const sessions = [
    await load(prepared, pairs.map(({ float }) => float)),
    await load(quantized, pairs.map((pair) => pair.quantized)),
  ] as const;
  try {
    const specs = pairs.flatMap(({ float, quantized: value, channelAxis }) => [
      { kind: 'channel-mean', tap: { session: 0, value: float }, channelAxis },
      { kind: 'channel-mean', tap: { session: 1, value }, channelAxis },
    ] as const);
    const observation = await runtime.observe([...sessions], specs, signal);
    for await (const sample of data.samples(signal ? { signal } : {})) {
      throwIfCancelled(signal);
      await observation.observe(sample.feeds, signal);
    }
    const results = await observation.collect();
    const means = results.flatMap((result) => (result.kind === 'channel-mean' ? [result.mean] : []));
    await observation.close();
    return pairs.map((_, i) => means[2 * i]!.map((mean, c) => {
      const difference = mean - means[2 * i + 1]![c]!;
      // A channel that was once infinite has no mean to go by.
      return Number.isFinite(difference) ? difference : 0;
    }));
  } finally {
    for (const session of sessions) await session.release();
  }
}
