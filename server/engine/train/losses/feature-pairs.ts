/** Which inner values of a student can learn from which of its teacher's. */

import type { Model } from '../../model/model.ts';
import { inferShapes } from '../../model/shapes/infer.ts';
import { staticShape, type Dim } from '../../model/types.ts';

export interface FeaturePair {
  readonly student: string;
  readonly teacher: string;
  /** Where the channels are: the second axis of feature maps, the last one of sequences. */
  readonly axis: 1 | -1;
  /** Where they differ, the student needs a projection (`withProjection`) or attention transfer. */
  readonly channels: { readonly student: number; readonly teacher: number };
}

/** The last value of one resolution: what a stage of the network hands on. */
interface Stage {
  readonly value: string;
  readonly axis: 1 | -1;
  readonly channels: number;
}

/**
 * Pairs the last values of student and teacher at each resolution that both have, as hints usually are chosen (Romero
 * et al. 2015; Zagoruyko and Komodakis 2017), in the student's order. Networks of the same input but other widths,
 * depths or operators have their resolutions in common.
 *
 * @param shapes of inputs whose shape is open: both networks are looked at with these
 */
export function featurePairs(
  student: Model,
  teacher: Model,
  shapes: Readonly<Record<string, readonly Dim[]>> = {},
): FeaturePair[] {
  const wanted = stages(teacher, shapes);
  const pairs: FeaturePair[] = [];
  for (const [resolution, { value, axis, channels }] of stages(student, shapes)) {
    const other = wanted.get(resolution);
    if (!other) continue;
    const both = { student: channels, teacher: other.channels };
    pairs.push({ student: value, teacher: other.value, axis, channels: both });
  }
  return pairs;
}

function stages(model: Model, shapes: Readonly<Record<string, readonly Dim[]>>): Map<string, Stage> {
  const inputs = new Set(model.graph.inputs.map(({ name }) => name));
  const feeds = Object.fromEntries(Object.entries(shapes).filter(([name]) => inputs.has(name)));
  const types = inferShapes(model, { feeds });
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const found = new Map<string, Stage>();
  for (const node of model.graph.nodes) {
    // What outputs should be, other losses say.
    const value = node.outputs[0] ?? '';
    const type = types.tensor(value);
    const dims = staticShape(type?.shape?.slice(1));
    if (type?.dtype !== 'float32' || !dims || outputs.has(value)) continue;
    const stage = stageOf(value, dims);
    if (!stage) continue;
    // In its last place, so that the order is that of depth.
    found.delete(stage.resolution);
    found.set(stage.resolution, stage);
  }
  return found;
}

/** @param dims without the batch */
function stageOf(value: string, dims: readonly number[]): (Stage & { readonly resolution: string }) | undefined {
  const isMap = dims.length > 2;
  const places = isMap ? dims.slice(1) : dims.slice(0, -1);
  // Pooled values are nearly the output; a vector has no places.
  if (places.length === 0 || places.every((length) => length === 1)) return undefined;
  const channels = isMap ? dims[0]! : dims.at(-1)!;
  return { value, axis: isMap ? 1 : -1, channels, resolution: `${isMap ? 'map' : 'sequence'} ${places.join('x')}` };
}
