/** Where the boxes and lines of a scene are: for culling and for finding what is under the pointer. */

import type { Scene } from '../../layout/scene.ts';
import { SpatialIndex } from './spatial-index.ts';
import type { Rectangle } from './viewport.ts';

export class SceneIndex {
  readonly scene: Scene;
  /** Boxes of expanded groups, the outer before the inner. */
  readonly frames: Int32Array;
  /** Boxes of nodes and collapsed groups found by the last query. */
  readonly foundBoxes: Int32Array;
  readonly foundLines: Int32Array;

  readonly #boxes: SpatialIndex;
  readonly #lines: SpatialIndex;

  constructor(scene: Scene) {
    const { boxes, lines } = scene;
    this.scene = scene;
    const frames: number[] = [];
    const solid: number[] = [];
    for (let b = 0; b < boxes.count; b++) (boxes.expanded[b] ? frames : solid).push(b);
    this.frames = Int32Array.from(frames);
    const bounds = new Float32Array(4 * solid.length);
    for (let i = 0; i < solid.length; i++) {
      const b = solid[i]!;
      bounds[4 * i] = boxes.x[b]!;
      bounds[4 * i + 1] = boxes.y[b]!;
      bounds[4 * i + 2] = boxes.x[b]! + boxes.width[b]!;
      bounds[4 * i + 3] = boxes.y[b]! + boxes.height[b]!;
    }
    this.#boxes = new SpatialIndex(bounds, Int32Array.from(solid), boxes.count);
    this.#lines = segmentIndex(scene);
    this.foundBoxes = new Int32Array(boxes.count);
    this.foundLines = new Int32Array(lines.count);
  }

  /** Fills `foundBoxes`; frames are not among them. */
  queryBoxes(area: Rectangle): number {
    return this.#boxes.query(area, this.foundBoxes);
  }

  /** Fills `foundLines`. */
  queryLines(area: Rectangle): number {
    return this.#lines.query(area, this.foundLines);
  }
}

/** Lines by their segments: the box around a whole line would be in view almost always. */
function segmentIndex({ lines }: Scene): SpatialIndex {
  const { points, start } = lines;
  let segments = 0;
  for (let line = 0; line < lines.count; line++) segments += Math.max(0, start[line + 1]! - start[line]! - 1);
  const bounds = new Float32Array(4 * segments);
  const owner = new Int32Array(segments);
  let next = 0;
  for (let line = 0; line < lines.count; line++) {
    for (let p = start[line]!; p < start[line + 1]! - 1; p++) {
      const x0 = points[2 * p]!;
      const y0 = points[2 * p + 1]!;
      const x1 = points[2 * p + 2]!;
      const y1 = points[2 * p + 3]!;
      bounds[4 * next] = Math.min(x0, x1);
      bounds[4 * next + 1] = Math.min(y0, y1);
      bounds[4 * next + 2] = Math.max(x0, x1);
      bounds[4 * next + 3] = Math.max(y0, y1);
      owner[next++] = line;
    }
  }
  return new SpatialIndex(bounds, owner, lines.count);
}
