/** Keeps the picture of the session up to date: each part is made again only when what it shows has changed. */

import { figureText } from '../overlay/figure-text.ts';
import { heatBuckets, heatScale } from '../overlay/heat-colors.ts';
import { bucketOf } from '../overlay/thresholds.ts';
import { paintBoxes, type HeatColors, type Paint } from '../view/paint.ts';
import type { Palette } from '../view/palette.ts';
import type { Badge, Picture, Severity } from '../view/picture.ts';
import type { Session } from './session.ts';

export class Composer {
  readonly #session: Session;
  #palette: Palette;
  #paint: Paint | null = null;
  #hits: Uint8Array | null = null;
  #traced: Uint8Array | null = null;

  constructor(session: Session, palette: Palette) {
    this.#session = session;
    this.#palette = palette;
    session.signals.on(['scene', 'overlay', 'overlays'], () => this.#paint = null);
    session.signals.on(['scene', 'search'], () => this.#hits = this.#boxesOfHits());
    session.signals.on(['scene', 'trace'], () => this.#traced = this.#boxesOfTrace());
  }

  get palette(): Palette {
    return this.#palette;
  }

  set palette(palette: Palette) {
    this.#palette = palette;
    this.#paint = null;
  }

  /** Null until there is a scene. */
  compose(): Picture | null {
    const { model, labels, index } = this.#session;
    if (!model || !labels || !index) return null;
    const { scene } = index;
    this.#paint ??= paintBoxes(scene, model, this.#palette, this.#heat());
    return {
      model,
      scene,
      index,
      labels,
      palette: this.#palette,
      paint: this.#paint,
      badge: (box) => this.#badge(box),
      severity: (box) => this.#severity(box),
      marks: {
        selected: this.#session.selectedBox,
        hovered: this.#session.hover.box,
        hoveredLine: this.#session.hover.line,
        hits: this.#hits,
        currentHit: this.#currentHit(),
        traced: this.#traced,
      },
    };
  }

  /** The figure of a box: its node's or its group's; NaN without one. */
  figure(box: number): number {
    const { scene, overlays: { shown } } = this.#session;
    if (!scene || !shown) return NaN;
    const node = scene.boxes.node[box]!;
    return node >= 0 ? shown.figures.values[node]! : shown.groups[scene.boxes.group[box]!]!;
  }

  #heat(): HeatColors | null {
    const { scene, overlays: { shown } } = this.#session;
    if (!scene || !shown) return null;
    const { figures, groupColors, thresholds } = shown;
    return {
      colors: heatScale(this.#palette, thresholds.length + 1, figures.bad),
      buckets: heatBuckets(scene, figures.values, groupColors, thresholds),
    };
  }

  #badge(box: number): Badge | undefined {
    const { scene, overlays: { shown } } = this.#session;
    const value = this.figure(box);
    if (!scene || !shown || Number.isNaN(value)) return undefined;
    const { figures: { unit, bad }, groupColors, thresholds } = shown;
    const bucket = bucketOf(scene.boxes.node[box]! >= 0 ? value : groupColors[scene.boxes.group[box]!]!, thresholds);
    const worst = bad === 'low' ? 0 : thresholds.length;
    return { text: figureText(value, unit), bad: bad !== 'none' && thresholds.length > 0 && bucket === worst };
  }

  #severity(box: number): Severity | undefined {
    const { scene, problems } = this.#session;
    if (!scene) return undefined;
    const node = scene.boxes.node[box]!;
    return node >= 0 ? problems.worstOfNode(node) : problems.worstOfGroup(scene.boxes.group[box]!);
  }

  #boxesOfHits(): Uint8Array | null {
    const { scene, hits } = this.#session;
    if (!scene || hits.length === 0) return null;
    const boxes = new Uint8Array(scene.boxes.count);
    for (const { node } of hits) boxes[scene.boxOfNode[node]!] = 1;
    return boxes;
  }

  #boxesOfTrace(): Uint8Array | null {
    const { scene, traced } = this.#session;
    if (!scene || !traced) return null;
    const boxes = new Uint8Array(scene.boxes.count);
    for (let node = 0; node < traced.length; node++) if (traced[node]) boxes[scene.boxOfNode[node]!] = 1;
    return boxes;
  }

  #currentHit(): number {
    const { scene, hits, currentHit } = this.#session;
    const hit = hits[currentHit];
    return scene && hit ? scene.boxOfNode[hit.node]! : -1;
  }
}
