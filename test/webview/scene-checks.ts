/** What must hold for every scene, checked with nothing of the layout's own. */

import { expect } from 'vitest';
import type { LayoutGraph } from '../../webview/layout/messages.ts';
import type { Boxes, Lines, Scene } from '../../webview/layout/scene.ts';

/** Coordinates are 32-bit floats. */
const tolerance = 0.01;

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function rectangle({ x, y, width, height }: Boxes, box: number): Rectangle {
  return { left: x[box]!, top: y[box]!, right: x[box]! + width[box]!, bottom: y[box]! + height[box]! };
}

export function pointsOf({ start, points }: Lines, line: number): [number, number][] {
  const found: [number, number][] = [];
  for (let p = start[line]!; p < start[line + 1]!; p++) found.push([points[2 * p]!, points[2 * p + 1]!]);
  return found;
}

/** Boxes beside each other do not overlap, and lie inside what they are in. */
export function checkBoxes(scene: Scene): void {
  const { boxes } = scene;
  for (let a = 0; a < boxes.count; a++) {
    const own = rectangle(boxes, a);
    const around = boxes.parent[a]! < 0
      ? { left: 0, top: 0, right: scene.width, bottom: scene.height }
      : rectangle(boxes, boxes.parent[a]!);
    expect(boxes.parent[a]!).toBeLessThan(a);
    expect(inside(own, around), `box ${a} in ${boxes.parent[a]}`).toBe(true);
    for (let b = 0; b < a; b++) {
      // An expectation for each pair would be most of the time that the tests take.
      if (boxes.parent[a] === boxes.parent[b] && overlap(own, rectangle(boxes, b))) {
        expect.fail(`boxes ${a} and ${b} overlap`);
      }
    }
  }
}

/** Every node and group has the box that the open groups call for. */
export function checkNumbers(graph: LayoutGraph, expanded: Uint8Array, scene: Scene): void {
  const { boxes, boxOfNode, boxOfGroup } = scene;
  const groupsAround = (group: number): number[] => {
    const found: number[] = [];
    for (let g = group; g >= 0; g = graph.groupParent[g]!) found.unshift(g);
    return found;
  };
  for (let g = 0; g < graph.groupParent.length; g++) {
    const hidden = groupsAround(graph.groupParent[g]!).some((outer) => !expanded[outer]);
    if (hidden) {
      expect(boxOfGroup[g]).toBe(-1);
      continue;
    }
    expect(boxes.group[boxOfGroup[g]!]).toBe(g);
    expect(boxes.node[boxOfGroup[g]!]).toBe(-1);
    expect(boxes.expanded[boxOfGroup[g]!]).toBe(expanded[g]);
  }
  for (let n = 0; n < graph.group.length; n++) {
    const closed = groupsAround(graph.group[n]!).find((g) => !expanded[g]);
    if (closed === undefined) {
      expect(boxes.node[boxOfNode[n]!]).toBe(n);
      expect(boxes.group[boxOfNode[n]!]).toBe(-1);
      const around = graph.group[n]!;
      expect(boxes.parent[boxOfNode[n]!]).toBe(around < 0 ? -1 : boxOfGroup[around]);
    } else {
      expect(boxOfNode[n]).toBe(boxOfGroup[closed]);
    }
  }
}

/** Lines stand for the edges, lead from box to box, downwards unless they say otherwise, and through no other box. */
export function checkLines(graph: LayoutGraph, scene: Scene): void {
  const { boxes, lines, boxOfNode } = scene;
  const wanted = new Map<string, number>();
  for (let e = 0; e < graph.source.length; e++) {
    const source = boxOfNode[graph.source[e]!]!;
    const target = boxOfNode[graph.target[e]!]!;
    if (source === target && boxes.node[source]! < 0) continue;
    const key = `${source} ${target} ${graph.tensor[e]}`;
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  expect(lines.count).toBe(wanted.size);
  for (let line = 0; line < lines.count; line++) {
    const source = lines.sourceBox[line]!;
    const target = lines.targetBox[line]!;
    expect(lines.edges[line]).toBe(wanted.get(`${source} ${target} ${lines.tensor[line]}`));
    const from = rectangle(boxes, source);
    const to = rectangle(boxes, target);
    const points = pointsOf(lines, line);
    expect(points.length).toBeGreaterThan(1);
    expect(points.flat().every(Number.isFinite)).toBe(true);
    const [firstX, firstY] = points[0]!;
    const [lastX, lastY] = points.at(-1)!;
    expect(firstX).toBeCloseTo((from.left + from.right) / 2, 2);
    expect(firstY).toBeCloseTo(from.bottom, 2);
    expect(lastX).toBeCloseTo((to.left + to.right) / 2, 2);
    expect(lastY).toBeCloseTo(to.top, 2);
    const allowed = new Set([...ancestors(boxes, source), ...ancestors(boxes, target)]);
    points.slice(1).forEach(([x, y], i) => {
      const [x0, y0] = points[i]!;
      if (!lines.back[line] && y < y0 - tolerance) expect.fail(`line ${line} leads up from ${y0} to ${y}`);
      for (let box = 0; box < boxes.count; box++) {
        if (allowed.has(box)) continue;
        if (meets(x0, y0, x, y, rectangle(boxes, box))) {
          expect.fail(`line ${line}, from ${source} to ${target}, leads through box ${box}`);
        }
      }
    });
  }
}

function inside(inner: Rectangle, outer: Rectangle): boolean {
  return inner.left >= outer.left - tolerance && inner.right <= outer.right + tolerance
    && inner.top >= outer.top - tolerance && inner.bottom <= outer.bottom + tolerance;
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right - tolerance && b.left < a.right - tolerance
    && a.top < b.bottom - tolerance && b.top < a.bottom - tolerance;
}

/** The box and all frames around it. */
function ancestors({ parent }: Boxes, box: number): number[] {
  const found: number[] = [];
  for (let b = box; b >= 0; b = parent[b]!) found.push(b);
  return found;
}

/** Whether a straight line meets the inside of a rectangle (Liang and Barsky, 1984). */
function meets(x0: number, y0: number, x1: number, y1: number, box: Rectangle): boolean {
  let begin = 0;
  let end = 1;
  const clip = (direction: number, distance: number): boolean => {
    if (direction === 0) return distance > 0;
    const at = distance / direction;
    if (direction < 0) begin = Math.max(begin, at);
    else end = Math.min(end, at);
    return begin < end;
  };
  return clip(x0 - x1, x0 - box.left - tolerance) && clip(x1 - x0, box.right - tolerance - x0)
    && clip(y0 - y1, y0 - box.top - tolerance) && clip(y1 - y0, box.bottom - tolerance - y0);
}
