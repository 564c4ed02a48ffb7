/** What a layer takes in float and in integers: measured in profiles of the whole float and the whole int8 network. */

import { profileNodes } from '../../../runtime/profile.ts';
import type { Model } from '../../../model/model.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import type { PassContext } from '../../pass.ts';

const profiledRuns = 15;

/** Microseconds by label of the layer; those that onnxruntime merged into others are missing. */
export type LayerTimes = ReadonlyMap<string, number>;

/** @param feeds one sample */
export async function layerTimes(model: Model, feeds: Feeds, context: PassContext): Promise<LayerTimes> {
  const { threads, signal } = context;
  const { nodes } = await profileNodes(await context.runtime(), model, feeds, profiledRuns, { threads }, signal);
  const times = new Map<string, number>();
  for (const { origin, medianUs } of nodes) {
    if (origin !== undefined) times.set(origin, (times.get(origin) ?? 0) + medianUs);
  }
  return times;
}
