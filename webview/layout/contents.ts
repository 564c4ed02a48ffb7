/** Contents of all open frames and of the top of the graph, put together from boxes and hops. */

import type { Content } from './content.ts';
import { gather } from './csr.ts';
import { portSide, type Hops } from './hops.ts';
import type { LayoutGraph } from './messages.ts';
import type { VisibleBoxes } from './visible.ts';

/** Container 0 is the top of the graph, container b + 1 the frame of box b. */
export interface Members {
  /** Vertices of container c, as hops number them, in the order of its content: from `start[c]` on. */
  readonly start: Int32Array;
  readonly vertices: Int32Array;
  /** By vertex of hops: its number in its content. */
  readonly local: Int32Array;
  /** By container. */
  readonly boxes: Int32Array;
  readonly inPorts: Int32Array;
  /** Hops of container c: in the order of the edges of its content. */
  readonly hopStart: Int32Array;
  readonly hops: Int32Array;
}

/** Boxes in the order of their first nodes in the file, so that equal blocks have equal contents. */
export function membersOf(graph: LayoutGraph, boxes: VisibleBoxes, hops: Hops): Members {
  const containers = boxes.count + 1;
  const byFile = boxesByFile(graph, boxes);
  const { ports } = hops;
  const total = boxes.count + ports.count;
  // Sorted by container first: boxes, entering ports and leaving ports follow each other inside each.
  const sequence = new Int32Array(total);
  const container = new Int32Array(total);
  const boxCount = new Int32Array(containers);
  const inPorts = new Int32Array(containers);
  let at = 0;
  for (const box of byFile) {
    container[at] = boxes.parent[box]! + 1;
    boxCount[container[at]!]!++;
    sequence[at++] = box;
  }
  for (const side of [portSide.top, portSide.bottom]) {
    for (let port = 0; port < ports.count; port++) {
      if (ports.second(port) !== side) continue;
      container[at] = ports.first(port) + 1;
      if (side === portSide.top) inPorts[container[at]!]!++;
      sequence[at++] = boxes.count + port;
    }
  }
  const rows = gather(containers, total, container);
  const vertices = rows.items.map((i) => sequence[i]!);
  const local = new Int32Array(total);
  for (let c = 0; c < containers; c++) {
    for (let i = rows.start[c]!; i < rows.start[c + 1]!; i++) local[vertices[i]!] = i - rows.start[c]!;
  }
  const sorted = hopsBySource(hops, local, containers);
  return {
    start: rows.start, vertices, local, boxes: boxCount, inPorts, hopStart: sorted.start, hops: sorted.items,
  };
}

/** By container, then by local source, then by tensor, then as found. */
function hopsBySource(hops: Hops, local: Int32Array, containers: number): { start: Int32Array; items: Int32Array } {
  const { ends, container } = hops;
  const { start, items } = gather(containers, ends.count, container.map((box) => box + 1));
  const order = (a: number, b: number): number => (
    local[ends.first(a)]! - local[ends.first(b)]! || ends.third(a) - ends.third(b) || a - b
  );
  for (let c = 0; c < containers; c++) {
    let sorted = true;
    for (let i = start[c]! + 1; i < start[c + 1]! && sorted; i++) sorted = order(items[i - 1]!, items[i]!) < 0;
    if (!sorted) items.subarray(start[c], start[c + 1]).sort(order);
  }
  return { start, items };
}

function boxesByFile(graph: LayoutGraph, boxes: VisibleBoxes): Int32Array {
  const nodes = graph.group.length;
  const first = new Int32Array(boxes.count).fill(nodes);
  for (let n = nodes - 1; n >= 0; n--) first[boxes.boxOfNode[n]!] = n;
  // A frame comes before what is inside it: from the last to the first box, each tells the frame around it.
  for (let box = boxes.count - 1; box >= 0; box--) {
    const parent = boxes.parent[box]!;
    if (parent >= 0) first[parent] = Math.min(first[parent]!, first[box]!);
  }
  return gather(nodes + 1, boxes.count, first).items;
}

/** Sizes of the boxes so far and where ports lie on them; frames are filled in from the inside out. */
export interface BoxShapes {
  /** By box, in whole pixels, widths even. */
  readonly width: Int32Array;
  readonly height: Int32Array;
  /** By port: from the middle of its frame. */
  readonly portAt: Int32Array;
}

export function contentOf(c: number, members: Members, boxes: VisibleBoxes, hops: Hops, shapes: BoxShapes): Content {
  const { start, vertices, local } = members;
  const begin = start[c]!;
  const count = start[c + 1]! - begin;
  const width = new Int32Array(count);
  const height = new Int32Array(count);
  for (let i = 0; i < members.boxes[c]!; i++) {
    width[i] = shapes.width[vertices[begin + i]!]!;
    height[i] = shapes.height[vertices[begin + i]!]!;
  }
  const firstHop = members.hopStart[c]!;
  const edges = members.hopStart[c + 1]! - firstHop;
  const firstWire = new Int32Array(count + 1);
  const wireAt = new Int32Array(edges);
  const firstEdge = new Int32Array(edges + 1);
  let wires = 0;
  const target = new Int32Array(edges);
  const targetAt = new Int32Array(edges);
  for (let e = 0; e < edges; e++) {
    const hop = members.hops[firstHop + e]!;
    const from = hops.ends.first(hop);
    const to = hops.ends.second(hop);
    const tensor = hops.ends.third(hop);
    const previous = e > 0 ? members.hops[firstHop + e - 1]! : -1;
    if (previous < 0 || hops.ends.first(previous) !== from || hops.ends.third(previous) !== tensor) {
      firstWire[local[from]! + 1]!++;
      wireAt[wires] = attachment(from, portSide.bottom, tensor);
      firstEdge[wires++] = e;
    }
    target[e] = local[to]!;
    targetAt[e] = attachment(to, portSide.top, tensor);
  }
  firstEdge[wires] = edges;
  for (let v = 0; v < count; v++) firstWire[v + 1]! += firstWire[v]!;
  const outPorts = count - members.boxes[c]! - members.inPorts[c]!;
  return {
    boxes: members.boxes[c]!, inPorts: members.inPorts[c]!, outPorts, width, height, firstWire,
    wireAt: wireAt.subarray(0, wires), firstEdge: firstEdge.subarray(0, wires + 1), target, targetAt,
  };

  /** Lines meet boxes in the middle, and open frames where the port is that they lead through. */
  function attachment(vertex: number, side: number, tensor: number): number {
    if (vertex >= boxes.count || !boxes.expanded[vertex]) return 0;
    const port = hops.ports.find(vertex, side, tensor);
    return port < 0 ? 0 : shapes.portAt[port]!;
  }
}
