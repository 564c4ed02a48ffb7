/** How much time int8 saves in each layer, from profiles of the float and the quantized network on this machine. */

import type { Dataset } from '../data/dataset.ts';
import type { PassContext } from '../passes/pass.ts';
import type { CandidateMaker } from '../passes/quantize/candidates.ts';
import { profileNodes, type NodeProfile } from '../runtime/profile.ts';

const runs = 10;

/** Milliseconds by layer name; negative where int8 is slower. Layers without a name of their own are left out. */
export async function savedTimes(
  maker: CandidateMaker,
  data: Dataset,
  context: PassContext,
): Promise<ReadonlyMap<string, number>> {
  const { threads, signal } = context;
  const runtime = await context.runtime();
  const all = maker.make();
  const { feeds } = await data.at(0);
  const times: ReadonlyMap<string, number>[] = [];
  for (const model of [maker.prepared, all.model]) {
    times.push(timesOf(await profileNodes(runtime, model, feeds, runs, { threads }, signal)));
  }
  const [before, after] = times;
  return new Map(all.layers.flatMap(({ name }) => {
    const [float, integer] = [before!.get(name), after!.get(name)];
    return float === undefined || integer === undefined ? [] : [[name, (float - integer) / 1000]];
  }));
}

/** Microseconds by the node that onnxruntime's nodes were made of. */
function timesOf({ nodes }: NodeProfile): Map<string, number> {
  const times = new Map<string, number>();
  for (const { origin, medianUs } of nodes) {
    if (origin !== undefined) times.set(origin, (times.get(origin) ?? 0) + medianUs);
  }
  return times;
}
