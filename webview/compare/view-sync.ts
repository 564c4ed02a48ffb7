/**
 * Moves one view with the other. The two models have layouts of their own, so nodes that are in both are the anchors:
 * what lies between two of them moves in proportion.
 */

import type { Scene } from '../layout/scene.ts';
import { keepAt, toWorld, type Size, type Viewport } from '../graph/view/viewport.ts';

/** Places of the same node in both worlds, from top to bottom in the first. */
export interface Anchors {
  readonly fromY: Float64Array;
  readonly toY: Float64Array;
  /** How far to the right the node stands in the second world. */
  readonly shiftX: Float64Array;
}

/** Anchors of boxes that stand for single nodes; several at one height become one at their mean. */
export function anchorsOf(from: Scene, to: Scene, counterpart: Int32Array): Anchors {
  const places: { y: number; toY: number; shiftX: number }[] = [];
  for (let box = 0; box < from.boxes.count; box++) {
    const node = from.boxes.node[box]!;
    const other = node >= 0 ? counterpart[node]! : -1;
    const otherBox = other >= 0 ? to.boxOfNode[other]! : -1;
    if (otherBox < 0 || to.boxes.node[otherBox] !== other) continue;
    const a = centre(from, box);
    const b = centre(to, otherBox);
    places.push({ y: a.y, toY: b.y, shiftX: b.x - a.x });
  }
  places.sort((p, q) => p.y - q.y);
  const merged: { y: number; toY: number; shiftX: number; count: number }[] = [];
  for (const { y, toY, shiftX } of places) {
    const last = merged.at(-1);
    if (last && Math.abs(last.y - y) < 1) {
      last.toY = (last.toY * last.count + toY) / (last.count + 1);
      last.shiftX = (last.shiftX * last.count + shiftX) / (last.count + 1);
      last.count += 1;
    } else {
      merged.push({ y, toY, shiftX, count: 1 });
    }
  }
  return {
    fromY: Float64Array.from(merged, ({ y }) => y),
    toY: Float64Array.from(merged, ({ toY }) => toY),
    shiftX: Float64Array.from(merged, ({ shiftX }) => shiftX),
  };
}

function centre({ boxes }: Scene, box: number): { readonly x: number; readonly y: number } {
  return { x: boxes.x[box]! + boxes.width[box]! / 2, y: boxes.y[box]! + boxes.height[box]! / 2 };
}

/** The view of the second world that shows what `view` shows of the first, at the same scale. */
export function follow(view: Viewport, screen: Size, otherScreen: Size, anchors: Anchors): Viewport {
  const middle = toWorld(view, { x: screen.width / 2, y: screen.height / 2 });
  const { y, shiftX } = mapped(middle.y, anchors);
  return keepAt(
    { scale: view.scale, x: 0, y: 0 },
    { x: middle.x + shiftX, y },
    { x: otherScreen.width / 2, y: otherScreen.height / 2 },
  );
}

function mapped(y: number, { fromY, toY, shiftX }: Anchors): { readonly y: number; readonly shiftX: number } {
  const count = fromY.length;
  if (count === 0) return { y, shiftX: 0 };
  let above = -1;
  for (let low = 0, high = count - 1; low <= high;) {
    const at = (low + high) >> 1;
    if (fromY[at]! <= y) {
      above = at;
      low = at + 1;
    } else {
      high = at - 1;
    }
  }
  // Beyond the first or last anchor both worlds move alike.
  if (above < 0) return { y: toY[0]! + y - fromY[0]!, shiftX: shiftX[0]! };
  if (above === count - 1) return { y: toY[above]! + y - fromY[above]!, shiftX: shiftX[above]! };
  const t = (y - fromY[above]!) / (fromY[above + 1]! - fromY[above]!);
  const between = (of: Float64Array): number => of[above]! + (of[above + 1]! - of[above]!) * t;
  return { y: between(toY), shiftX: between(shiftX) };
}
