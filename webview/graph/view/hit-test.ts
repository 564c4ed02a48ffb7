/** What is under a point of the world: a box, else a line, else the title of an expanded group. */

import { metrics } from './labels.ts';
import { tracePath, type PathSink } from './line-path.ts';
import type { SceneIndex } from './scene-index.ts';
import type { Point } from './viewport.ts';

export type Hit =
  | { readonly kind: 'box'; readonly box: number }
  | { readonly kind: 'line'; readonly line: number };

/** How near, in CSS pixels of the screen, a pointer must be to a line. */
const reach = 5;

export function hitTest(index: SceneIndex, point: Point, scale: number): Hit | undefined {
  const { boxes } = index.scene;
  const near = index.queryBoxes({ x: point.x, y: point.y, width: 0, height: 0 });
  if (near > 0) return { kind: 'box', box: index.foundBoxes[0]! };
  const line = nearestLine(index, point, reach / scale);
  if (line >= 0) return { kind: 'line', line };
  // Inner frames come later: the last one that fits is the innermost.
  for (let i = index.frames.length - 1; i >= 0; i--) {
    const b = index.frames[i]!;
    const [left, top] = [boxes.x[b]!, boxes.y[b]!];
    const inside = point.x >= left && point.x <= left + boxes.width[b]! && point.y >= top
      && point.y <= top + Math.min(boxes.height[b]!, metrics.frameTitleHeight);
    if (inside) return { kind: 'box', box: b };
  }
  return undefined;
}

function nearestLine(index: SceneIndex, point: Point, within: number): number {
  const { lines } = index.scene;
  const count = index.queryLines({ x: point.x - within, y: point.y - within, width: 2 * within, height: 2 * within });
  const distance = new PathDistance(point);
  let best = -1;
  let least = within;
  for (let i = 0; i < count; i++) {
    distance.start();
    tracePath(distance, lines, index.foundLines[i]!, true);
    if (distance.least > least) continue;
    least = distance.least;
    best = index.foundLines[i]!;
  }
  return best;
}

/** The least distance of a point to a path, curves taken as eight straight pieces. */
class PathDistance implements PathSink {
  least = Infinity;
  readonly #point: Point;
  #x = 0;
  #y = 0;

  constructor(point: Point) {
    this.#point = point;
  }

  start(): void {
    this.least = Infinity;
  }

  moveTo(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
  }

  lineTo(x: number, y: number): void {
    const [dx, dy] = [x - this.#x, y - this.#y];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : ((this.#point.x - this.#x) * dx + (this.#point.y - this.#y) * dy) / length;
    const t = Math.min(1, Math.max(0, along));
    const distance = Math.hypot(this.#x + t * dx - this.#point.x, this.#y + t * dy - this.#point.y);
    this.least = Math.min(this.least, distance);
    this.moveTo(x, y);
  }

  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    const [x0, y0] = [this.#x, this.#y];
    const pieces = 8;
    for (let i = 1; i <= pieces; i++) {
      const t = i / pieces;
      const s = 1 - t;
      const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
      this.lineTo(a * x0 + b * x1 + c * x2 + d * x, a * y0 + b * y1 + c * y2 + d * y);
    }
  }
}
