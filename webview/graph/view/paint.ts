/** The colour of every box: by the operator's category, or by the figure of an overlay. */

import type { Scene } from '../../layout/scene.ts';
import { opCategoryNames } from '../model/categories.ts';
import type { GraphModel } from '../model/graph-model.ts';
import { cssColor, textOn, type Rgb } from './color.ts';
import type { Palette } from './palette.ts';

/** Colours are few and boxes many: boxes hold numbers of colours, so that one colour is drawn at a time. */
export interface Paint {
  /** By box: index into `fills`. */
  readonly fill: Uint8Array;
  readonly fills: readonly string[];
  /** By fill: what text is written in. */
  readonly texts: readonly string[];
  /** By box: index into `stripes`. */
  readonly stripe: Uint8Array;
  readonly stripes: readonly string[];
  /** Fills carry figures: they are what is shown far out, and not the stripes. */
  readonly heat: boolean;
}

/** Colours of an overlay: `bucket(figure)` of a box is an index into `colors`, -1 without a figure. */
export interface HeatColors {
  readonly colors: readonly Rgb[];
  /** By box of the scene. */
  readonly buckets: Int8Array;
}

const node = 0;
const group = 1;
const firstHeat = 2;

export function paintBoxes(scene: Scene, model: GraphModel, palette: Palette, heat: HeatColors | null): Paint {
  const { boxes } = scene;
  const fill = new Uint8Array(boxes.count);
  const stripe = new Uint8Array(boxes.count);
  const groupStripe = opCategoryNames.length;
  for (let b = 0; b < boxes.count; b++) {
    const n = boxes.node[b]!;
    const bucket = heat ? heat.buckets[b]! : -1;
    fill[b] = bucket >= 0 ? firstHeat + bucket : n >= 0 ? node : group;
    stripe[b] = n >= 0 ? model.categoryIndex[n]! : groupStripe;
  }
  const heatColors = heat?.colors ?? [];
  return {
    fill,
    // With borders instead of fills the figure's colour goes to the stripe, see drawBoxes.
    fills: [palette.box, palette.group, ...heatColors.map(cssColor)],
    texts: [palette.foreground, palette.foreground, ...heatColors.map(textOn)],
    stripe,
    stripes: [...opCategoryNames.map((name) => palette.categories[name]), palette.muted],
    heat: heat !== null,
  };
}
