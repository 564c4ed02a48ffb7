/** The parts of a content that no wire connects. */

import { vertexCount, wireSources, type Content } from './content.ts';
import { gather } from './csr.ts';

export interface Component {
  readonly content: Content;
  /** By vertex, wire and edge of `content`: its number in the whole. */
  readonly vertices: Int32Array;
  readonly edges: Int32Array;
}

/** In the order of their first vertices. A connected content is handed back as it is. */
export function componentsOf(content: Content): Component[] {
  const count = vertexCount(content);
  const root = Int32Array.from({ length: count }, (_, v) => v);
  const find = (v: number): number => {
    while (root[v] !== v) v = root[v] = root[root[v]!]!;
    return v;
  };
  const { firstWire, firstEdge, target } = content;
  for (let v = 0; v < count; v++) {
    for (let e = firstEdge[firstWire[v]!]!; e < firstEdge[firstWire[v + 1]!]!; e++) {
      const a = find(v);
      const b = find(target[e]!);
      root[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const number = new Int32Array(count);
  let components = 0;
  for (let v = 0; v < count; v++) number[v] = find(v) === v ? components++ : number[find(v)]!;
  if (components <= 1) {
    const all = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);
    return [{ content, vertices: all(count), edges: all(target.length) }];
  }
  const members = gather(components, count, number);
  const sources = wireSources(content);
  const wires = gather(components, sources.length, sources.map((v) => number[v]!));
  const local = new Int32Array(count);
  for (let i = 0; i < count; i++) local[members.items[i]!] = i - members.start[number[members.items[i]!]!]!;
  return Array.from({ length: components }, (_, c) => part(
    content, sources, local,
    members.items.subarray(members.start[c], members.start[c + 1]),
    wires.items.subarray(wires.start[c], wires.start[c + 1]),
  ));
}

function part(
  whole: Content, sources: Int32Array, local: Int32Array, vertices: Int32Array, wires: Int32Array,
): Component {
  const { boxes, inPorts } = whole;
  const firstWire = new Int32Array(vertices.length + 1);
  const firstEdge = new Int32Array(wires.length + 1);
  const edges: number[] = [];
  wires.forEach((wire, i) => {
    firstWire[local[sources[wire]!]! + 1]!++;
    for (let e = whole.firstEdge[wire]!; e < whole.firstEdge[wire + 1]!; e++) edges.push(e);
    firstEdge[i + 1] = edges.length;
  });
  for (let v = 0; v < vertices.length; v++) firstWire[v + 1]! += firstWire[v]!;
  const inside = vertices.filter((v) => v < boxes).length;
  const entering = vertices.filter((v) => v >= boxes && v < boxes + inPorts).length;
  return {
    content: {
      boxes: inside, inPorts: entering, outPorts: vertices.length - inside - entering,
      width: vertices.map((v) => whole.width[v]!),
      height: vertices.map((v) => whole.height[v]!),
      firstWire,
      wireAt: wires.map((wire) => whole.wireAt[wire]!),
      firstEdge,
      target: Int32Array.from(edges, (e) => local[whole.target[e]!]!),
      targetAt: Int32Array.from(edges, (e) => whole.targetAt[e]!),
    },
    vertices,
    edges: Int32Array.from(edges),
  };
}
