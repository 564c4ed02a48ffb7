/** All that a drawing shows, whoever draws it: the screen, the minimap, a PNG or an SVG. */

import type { Scene } from '../../layout/scene.ts';
import type { GraphModel } from '../model/graph-model.ts';
import type { Labels } from './labels.ts';
import type { Paint } from './paint.ts';
import type { Palette } from './palette.ts';
import type { SceneIndex } from './scene-index.ts';

/** Glyph and figure at a box's corner. */
export interface Badge {
  readonly text: string;
  /** Bad enough to be told from the others by more than its colour. */
  readonly bad: boolean;
}

export type Severity = 'error' | 'warning' | 'info';

export interface Picture {
  readonly model: GraphModel;
  readonly scene: Scene;
  readonly index: SceneIndex;
  readonly labels: Labels;
  readonly palette: Palette;
  readonly paint: Paint;
  /** Asked only for boxes that are drawn with text. */
  readonly badge: (box: number) => Badge | undefined;
  readonly severity: (box: number) => Severity | undefined;
  readonly marks: Marks;
}

/** What is drawn differently for now. */
export interface Marks {
  /** The selected box, -1 for none. */
  readonly selected: number;
  readonly hovered: number;
  /** The line under the pointer, -1 for none. */
  readonly hoveredLine: number;
  /** By box: 1 for hits of a search; null where nothing is searched. */
  readonly hits: Uint8Array | null;
  /** The hit that is walked to, -1 for none. */
  readonly currentHit: number;
  /** By box: 1 for what is traced; null where nothing is. All else is drawn faintly. */
  readonly traced: Uint8Array | null;
}

export const noMarks: Marks = {
  selected: -1, hovered: -1, hoveredLine: -1, hits: null, currentHit: -1, traced: null,
};
