/** Which channels are where after a Reshape or Flatten. */

import type { Dim } from '../../../../model/types.ts';
import type { Axis, ChannelClasses } from '../channel-classes.ts';

/** A run of axes that holds the same elements before and after. */
interface Stretch {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Channels along the axes of `to`; undefined where the shapes are not known well enough. One axis that stays, several
 * that become one and one that becomes several can be followed. Where one splits, as in heads x width, the parts of the
 * outermost axis (whole heads) go together.
 */
export function reshapedAxes(
  classes: ChannelClasses,
  from: readonly Dim[],
  to: readonly Dim[],
  axes: readonly Axis[],
): Axis[] | undefined {
  const stretches = align(from, to);
  if (!stretches) return undefined;
  const out: Axis[] = to.map(() => null);
  for (const stretch of stretches) {
    const sources = stretch.from.filter((i) => from[i] !== 1);
    const targets = stretch.to.filter((i) => to[i] !== 1);
    if (sources.length === 1 && targets.length === 1) out[targets[0]!] = axes[sources[0]!] ?? null;
    else if (targets.length === 1) out[targets[0]!] = merged(classes, from, axes, sources);
    else if (sources.length === 1) {
      out[targets[0]!] = wholes(classes, axes[sources[0]!] ?? null, Number(to[targets[0]!]));
    }
    else for (const i of sources) classes.pin(axes[i]);
  }
  return out;
}

/** Cuts both shapes where their products agree; undefined when an unknown length has no counterpart. */
function align(from: readonly Dim[], to: readonly Dim[]): Stretch[] | undefined {
  const stretches: Stretch[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const left = [];
    const right = [];
    // An axis of unknown length stands for itself, where the other side has one of unknown length as well.
    if (typeof from[i] !== 'number' && i < from.length) {
      if (j >= to.length || typeof to[j] === 'number') return undefined;
      stretches.push({ from: [i++], to: [j++] });
      continue;
    }
    if (j < to.length && typeof to[j] !== 'number') return undefined;
    let a = i < from.length ? Number(from[i]) : 1;
    let b = j < to.length ? Number(to[j]) : 1;
    if (i < from.length) left.push(i++);
    if (j < to.length) right.push(j++);
    while (a !== b) {
      if (a < b) {
        if (typeof from[i] !== 'number') return undefined;
        a *= Number(from[i]);
        left.push(i++);
      } else {
        if (typeof to[j] !== 'number') return undefined;
        b *= Number(to[j]);
        right.push(j++);
      }
    }
    stretches.push({ from: left, to: right });
  }
  return stretches;
}

/** Several axes become one: each channel of the one that has channels is found again at many places. */
function merged(
  classes: ChannelClasses,
  dims: readonly Dim[],
  axes: readonly Axis[],
  sources: readonly number[],
): Axis {
  const [own, ...others] = sources.filter((i) => axes[i]);
  for (const i of others) classes.pin(axes[i]);
  if (own === undefined) return null;
  const axis = axes[own]!;
  const at = sources.indexOf(own);
  const product = (list: readonly number[]): number => list.reduce((sum, i) => sum * Number(dims[i]), 1);
  const inner = product(sources.slice(at + 1));
  const outer = product(sources.slice(0, at));
  const result = new Int32Array(outer * axis.length * inner);
  for (let k = 0; k < result.length; k++) result[k] = axis[Math.floor(k / inner) % axis.length]!;
  return result;
}

/** One axis becomes several: everything under one index of the outermost goes together. */
function wholes(classes: ChannelClasses, axis: Axis, parts: number): Axis {
  if (!axis) return null;
  const size = axis.length / parts;
  const result = new Int32Array(parts);
  for (let i = 0; i < axis.length; i++) {
    const part = Math.floor(i / size);
    classes.unite(axis[i]!, axis[part * size]!);
    result[part] = axis[part * size]!;
  }
  return result;
}
