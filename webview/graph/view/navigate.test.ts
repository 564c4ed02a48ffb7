import { describe, expect, it } from 'vitest';
import { smallScene } from '../../../test/webview/graph/small-scene.ts';
import { hitTest } from './hit-test.ts';
import { neighbour } from './navigate.ts';
import { SceneIndex } from './scene-index.ts';

/** 0 above 1 and 2, which meet in 3; 4 stands below without a line. */
const scene = smallScene(
  [{ x: 100, y: 0 }, { x: 0, y: 100 }, { x: 220, y: 100 }, { x: 100, y: 200 }, { x: 100, y: 300 }],
  [[0, 1], [0, 2], [1, 3], [2, 3]],
);

describe('neighbour', () => {
  it('follows lines down and up', () => {
    expect(neighbour(scene, 0, 'down')).toBe(1);
    expect(neighbour(scene, 1, 'down')).toBe(3);
    expect(neighbour(scene, 2, 'up')).toBe(0);
  });

  it('goes sideways in a row and stops at its end', () => {
    expect(neighbour(scene, 1, 'right')).toBe(2);
    expect(neighbour(scene, 2, 'left')).toBe(1);
    expect(neighbour(scene, 2, 'right')).toBe(-1);
  });

  it('goes on where no line leads', () => {
    expect(neighbour(scene, 3, 'down')).toBe(4);
    expect(neighbour(scene, 4, 'up')).toBe(3);
    expect(neighbour(scene, 4, 'down')).toBe(-1);
  });
});

describe('hitTest', () => {
  const framed = new SceneIndex(smallScene(
    [{ x: 0, y: 0, group: 0, size: [400, 300], expanded: true }, { x: 50, y: 60 }, { x: 250, y: 200 }],
    [[1, 2]],
  ));

  it('prefers boxes to lines and lines to frames', () => {
    expect(hitTest(framed, { x: 100, y: 80 }, 1)).toEqual({ kind: 'box', box: 1 });
    expect(hitTest(framed, { x: 200, y: 151 }, 1)).toEqual({ kind: 'line', line: 0 });
    expect(hitTest(framed, { x: 300, y: 10 }, 1)).toEqual({ kind: 'box', box: 0 });
  });

  it('finds nothing inside a frame or beside everything', () => {
    expect(hitTest(framed, { x: 380, y: 100 }, 1)).toBeUndefined();
    expect(hitTest(framed, { x: 900, y: 900 }, 1)).toBeUndefined();
  });

  it('reaches as far on the screen at every zoom', () => {
    expect(hitTest(framed, { x: 200, y: 158 }, 0.3)).toEqual({ kind: 'line', line: 0 });
    expect(hitTest(framed, { x: 200, y: 158 }, 3)).toBeUndefined();
  });
});
