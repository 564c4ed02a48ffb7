/** The colours of a heat map, from harmless to bad. */

import { mix, type Rgb } from '../view/color.ts';
import type { HeatColors } from '../view/paint.ts';
import type { Palette } from '../view/palette.ts';
import type { Scene } from '../../layout/scene.ts';
import { bucketOf } from './thresholds.ts';

/** `count` colours for figures in ascending order. */
export function heatScale(palette: Palette, count: number, bad: 'high' | 'low' | 'none'): Rgb[] {
  const [low, middle, high] = palette.heat;
  const colors = Array.from({ length: count }, (_, i) => {
    const t = count === 1 ? 1 : i / (count - 1);
    return t < 0.5 ? mix(low, middle, 2 * t) : mix(middle, high, 2 * t - 1);
  });
  return bad === 'low' ? colors.reverse() : colors;
}

/** The colour number of every box: of its node's figure or its group's. */
export function heatBuckets(
  { boxes }: Scene,
  values: Float64Array,
  groupValues: Float64Array,
  thresholds: readonly number[],
): HeatColors['buckets'] {
  const buckets = new Int8Array(boxes.count);
  for (let b = 0; b < boxes.count; b++) {
    const node = boxes.node[b]!;
    buckets[b] = bucketOf(node >= 0 ? values[node]! : groupValues[boxes.group[b]!]!, thresholds);
  }
  return buckets;
}
