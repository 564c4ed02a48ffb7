import { expect, it } from 'vitest';
import { follow, type Anchors } from './view-sync.ts';

const anchors: Anchors = {
  fromY: Float64Array.of(100, 200, 300),
  toY: Float64Array.of(150, 400, 450),
  shiftX: Float64Array.of(10, 30, -20),
};
const screen = { width: 400, height: 200 };
const other = { width: 300, height: 100 };

/** What of the second world is in the middle of its screen when `y` of the first is in the middle of its own. */
function middleFor(y: number, scale = 2): { x: number; y: number } {
  const view = { scale, x: 1000 - screen.width / 2 / scale, y: y - screen.height / 2 / scale };
  const followed = follow(view, screen, other, anchors);
  expect(followed.scale).toBe(scale);
  return { x: followed.x + other.width / 2 / scale, y: followed.y + other.height / 2 / scale };
}

it('shows an anchor where it is in the other world', () => {
  expect(middleFor(100)).toEqual({ x: 1010, y: 150 });
  expect(middleFor(300, 0.5)).toEqual({ x: 980, y: 450 });
});

it('goes in proportion between anchors, and alike beyond them', () => {
  expect(middleFor(150)).toEqual({ x: 1020, y: 275 });
  expect(middleFor(40)).toEqual({ x: 1010, y: 90 });
  expect(middleFor(350)).toEqual({ x: 980, y: 500 });
});

it('moves alike where nothing is in both models', () => {
  const none = { fromY: new Float64Array(0), toY: new Float64Array(0), shiftX: new Float64Array(0) };
  const view = { scale: 1, x: 5, y: 7 };
  expect(follow(view, screen, screen, none)).toEqual(view);
});
