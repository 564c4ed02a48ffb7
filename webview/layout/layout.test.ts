import { describe, expect, it } from 'vitest';
import { graphOf, sizesOf } from '../../test/webview/layout-graphs.ts';
import { checkBoxes, checkLines, checkNumbers, pointsOf, rectangle } from '../../test/webview/scene-checks.ts';
import { layoutGraph } from './layout.ts';
import { layoutMemo } from './memo.ts';
import type { LayoutGraph } from './messages.ts';
import type { Scene } from './scene.ts';

type Edge = [number, number, number];

function sceneOf(graph: LayoutGraph, expanded: Uint8Array = new Uint8Array(graph.groupParent.length).fill(1)): Scene {
  return layoutGraph(graph, sizesOf(graph), expanded, layoutMemo());
}

/** All that must hold, for graphs small enough to compare every pair. */
function checked(graph: LayoutGraph, expanded: Uint8Array = new Uint8Array(graph.groupParent.length).fill(1)): Scene {
  const scene = sceneOf(graph, expanded);
  checkNumbers(graph, expanded, scene);
  checkBoxes(scene);
  checkLines(graph, scene);
  return scene;
}

function middle(scene: Scene, node: number): number {
  const { left, right } = rectangle(scene.boxes, scene.boxOfNode[node]!);
  return (left + right) / 2;
}

function chain(from: number, to: number): Edge[] {
  return Array.from({ length: to - from }, (_, i) => [from + i, from + i + 1, from + i]);
}

describe('layoutGraph', () => {
  it('lays out nothing, one node, and nodes that nothing connects', () => {
    const none = checked(graphOf(0, []));
    expect(none.boxes.count).toBe(0);
    expect(Number.isFinite(none.width) && Number.isFinite(none.height)).toBe(true);
    expect(checked(graphOf(1, [])).boxes.count).toBe(1);
    const many = checked(graphOf(100, []));
    expect(many.width / many.height).toBeGreaterThan(0.3);
    expect(many.width / many.height).toBeLessThan(5);
  });

  it('draws a frame around an empty group and a loop beside a node that reads itself', () => {
    expect(checked(graphOf(0, [], [], [-1])).boxes.count).toBe(1);
    const { lines } = checked(graphOf(1, [[0, 0, 0]]));
    expect([lines.count, lines.back[0]]).toEqual([1, 1]);
  });

  it('puts a chain on one straight line', () => {
    const scene = checked(graphOf(6, chain(0, 5)));
    for (let n = 1; n < 6; n++) expect(middle(scene, n)).toBe(middle(scene, 0));
    for (let line = 0; line < 5; line++) expect(pointsOf(scene.lines, line)).toHaveLength(2);
  });

  it('leads a skip connection past the boxes, straight, and leaves them on their line', () => {
    const scene = checked(graphOf(6, [...chain(0, 5), [0, 5, 0]]));
    for (let n = 1; n < 6; n++) expect(middle(scene, n)).toBe(middle(scene, 0));
    const skip = [...scene.lines.targetBox].findIndex((to, i) => to === 5 && scene.lines.sourceBox[i] === 0);
    // Out, down along the column, and back.
    expect(new Set(pointsOf(scene.lines, skip).map(([x]) => x)).size).toBe(2);
  });

  it('gives the mask of a decoder one lane beside the column', () => {
    // Node 0 feeds every block of two nodes.
    const blocks = 40;
    const edges: Edge[] = chain(1, 2 * blocks);
    for (let b = 0; b < blocks; b++) edges.push([0, 2 * b + 2, 1000]);
    const { lines } = checked(graphOf(2 * blocks + 1, edges));
    const lanes = new Set<number>();
    for (let line = 0; line < lines.count; line++) {
      if (lines.bus[line]) lanes.add(pointsOf(lines, line)[2]![0]);
    }
    expect(lanes.size).toBe(1);
    expect(lines.bus.reduce((sum, bus) => sum + bus, 0)).toBeGreaterThan(blocks / 2);
  });

  it('nests the skips of a U-Net', () => {
    const edges: Edge[] = chain(0, 29);
    for (let level = 0; level < 12; level++) edges.push([level, 29 - level, level]);
    const scene = checked(graphOf(30, edges));
    for (let n = 1; n < 30; n++) expect(middle(scene, n)).toBe(middle(scene, 0));
  });

  it('puts the inputs and outputs of a decoder beside what reads and makes them', () => {
    // Nodes 0..9 are inputs, 10..19 operators in groups of their own, 20..29 outputs.
    const edges: Edge[] = chain(10, 19);
    for (let i = 0; i < 10; i++) edges.push([i, 10 + i, 100 + i], [10 + i, 20 + i, 10 + i]);
    const group = Array.from({ length: 30 }, (_, n) => n >= 10 && n < 20 ? n - 9 : -1);
    const graph = {
      ...graphOf(30, edges, group, [-1, ...new Array<number>(10).fill(0)]),
      kind: Uint8Array.from({ length: 30 }, (_, n) => n < 10 ? 1 : n < 20 ? 0 : 2),
    };
    const parentsFor = (expanded: Uint8Array): Set<number> => {
      const scene = sceneOf(graph, expanded);
      checkBoxes(scene);
      checkLines(graph, scene);
      const { boxes, boxOfNode } = scene;
      return new Set([3, 23].map((n) => boxes.group[boxes.parent[boxOfNode[n]!]!]!));
    };
    const open = new Uint8Array(11).fill(1);
    expect([...parentsFor(open)]).toEqual([4]);
    open[4] = 0;
    expect([...parentsFor(open)]).toEqual([0]);
  });

  it('keeps a node with 300 inputs in bounds', () => {
    const edges: Edge[] = Array.from({ length: 300 }, (_, i) => [i, 300, i]);
    const scene = checked(graphOf(301, edges));
    expect(scene.width / scene.height).toBeLessThan(4);
  });

  it('draws a cycle through a group with one line upwards', () => {
    // Group 0 holds nodes 0 and 2, node 1 lies between them.
    const { lines } = checked(graphOf(3, [[0, 1, 0], [1, 2, 1]], [0, -1, 0], [-1]), Uint8Array.of(0));
    expect(lines.count).toBe(2);
    expect(lines.back.reduce((sum, back) => sum + back, 0)).toBe(1);
  });

  it('makes one line of several edges with one tensor, and hides what is inside a closed group', () => {
    const graph = graphOf(4, [[0, 1, 0], [0, 2, 0], [1, 3, 1], [2, 3, 2]], [-1, 0, 0, -1], [-1]);
    const { lines } = checked(graph, Uint8Array.of(0));
    expect([...lines.edges]).toEqual([2, 1, 1]);
    expect(checked(graph).lines.count).toBe(4);
  });

  it('lays out equal blocks once and alike', () => {
    const blocks = 24;
    const edges: Edge[] = chain(0, 3 * blocks + 1);
    for (let b = 0; b < blocks; b++) edges.push([3 * b + 1, 3 * b + 3, 3 * b + 1]);
    const outside = (n: number): boolean => n === 0 || n > 3 * blocks;
    const group = Array.from({ length: 3 * blocks + 2 }, (_, n) => outside(n) ? -1 : Math.floor((n - 1) / 3));
    const graph = graphOf(group.length, edges, group, new Array<number>(blocks).fill(-1));
    const memo = layoutMemo();
    const scene = layoutGraph(graph, sizesOf(graph), new Uint8Array(blocks).fill(1), memo);
    expect(memo.contents.count).toBe(2);
    const inside = (block: number): number[][] => [1, 2, 3].map((i) => {
      const box = scene.boxOfNode[3 * block + i]!;
      const frame = scene.boxOfGroup[block]!;
      return [scene.boxes.x[box]! - scene.boxes.x[frame]!, scene.boxes.y[box]! - scene.boxes.y[frame]!];
    });
    for (let block = 1; block < blocks; block++) expect(inside(block)).toEqual(inside(0));
  });

  it('keeps the order of the boxes when a group opens', () => {
    // A diamond of branches; the group is one of them.
    const edges: Edge[] = [
      [0, 1, 0], [0, 2, 0], [0, 3, 0], [1, 4, 1], [4, 5, 4], [2, 6, 2], [3, 6, 3], [5, 6, 5], [6, 7, 6], [3, 7, 3],
    ];
    const graph = graphOf(8, edges, [-1, 0, -1, -1, 0, 0, -1, -1], [-1]);
    const [closed, open] = [checked(graph, Uint8Array.of(0)), checked(graph, Uint8Array.of(1))];
    const order = (scene: Scene): number[] => {
      const places = [scene.boxOfGroup[0]!, scene.boxOfNode[2]!, scene.boxOfNode[3]!];
      return places.map((box) => places.filter((other) => scene.boxes.x[other]! < scene.boxes.x[box]!).length);
    };
    expect(order(open)).toEqual(order(closed));
  });

  it('takes chains, flat graphs and nests of 20,000', () => {
    const nodes = 20_000;
    expect(sceneOf(graphOf(nodes, chain(0, nodes - 1))).boxes.count).toBe(nodes);

    const random = Array.from({ length: nodes - 1 }, (_, i): Edge => [i - (i * 7919) % Math.min(i + 1, 40), i + 1, i]);
    expect(sceneOf(graphOf(nodes, random)).boxes.count).toBe(nodes);

    const nested = Array.from({ length: 5000 }, (_, g) => g - 1);
    const deep = sceneOf(graphOf(2, [[0, 1, 0]], [4999, -1], nested));
    expect(deep.boxes.count).toBe(5002);
    expect(deep.lines.count).toBe(1);

    const cycle: Edge[] = [...chain(0, nodes - 1), [nodes - 1, 0, nodes]];
    const { lines } = sceneOf(graphOf(nodes, cycle));
    expect(lines.back.reduce((sum, back) => sum + back, 0)).toBe(1);
  });
});
