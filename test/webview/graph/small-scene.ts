/** Scenes laid out by hand: boxes of 100 x 40 at given places, and straight lines between them. */

import type { Scene } from '../../../webview/layout/scene.ts';

export interface SmallBox {
  readonly x: number;
  readonly y: number;
  /** Index of the group; a box without one is the node of its own index. */
  readonly group?: number;
  readonly size?: readonly [width: number, height: number];
  /** A frame around others. */
  readonly expanded?: boolean;
}

export function smallScene(boxes: readonly SmallBox[], lines: readonly (readonly [from: number, to: number])[]): Scene {
  const size = ({ size: given }: SmallBox): readonly [number, number] => given ?? [100, 40];
  const points = lines.flatMap(([from, to]) => {
    const [a, b] = [boxes[from]!, boxes[to]!];
    return [a.x + size(a)[0] / 2, a.y + size(a)[1], b.x + size(b)[0] / 2, b.y];
  });
  return {
    width: Math.max(...boxes.map((box) => box.x + size(box)[0])),
    height: Math.max(...boxes.map((box) => box.y + size(box)[1])),
    boxes: {
      count: boxes.length,
      x: Float32Array.from(boxes, ({ x }) => x),
      y: Float32Array.from(boxes, ({ y }) => y),
      width: Float32Array.from(boxes, (box) => size(box)[0]),
      height: Float32Array.from(boxes, (box) => size(box)[1]),
      node: Int32Array.from(boxes, ({ group }, i) => (group === undefined ? i : -1)),
      group: Int32Array.from(boxes, ({ group }) => group ?? -1),
      expanded: Uint8Array.from(boxes, ({ expanded }) => Number(expanded ?? false)),
      parent: new Int32Array(boxes.length).fill(-1),
    },
    lines: {
      count: lines.length,
      start: Int32Array.from({ length: lines.length + 1 }, (_, i) => 2 * i),
      points: Float32Array.from(points),
      sourceBox: Int32Array.from(lines, ([from]) => from),
      targetBox: Int32Array.from(lines, ([, to]) => to),
      tensor: Int32Array.from(lines, (_, i) => i),
      edges: new Int32Array(lines.length).fill(1),
      bus: new Uint8Array(lines.length),
      back: new Uint8Array(lines.length),
    },
    boxOfNode: Int32Array.from(boxes, (_, i) => i),
    boxOfGroup: new Int32Array(0),
  };
}
