/** Contents of all open frames and of the top of the graph, put together from boxes and hops. */

import { shapeHead } from './content.ts';
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

/** Writes the shapes of contents into one array that grows: there are thousands, and nearly all are known. */
export class ContentShapes {
  private shape = new Int32Array(1024);

  /** Container c as `contentFrom` reads it; valid until the next one is asked for. */
  of(c: number, members: Members, boxes: VisibleBoxes, hops: Hops, sizes: BoxShapes): Int32Array {
    const { start, vertices, local, hopStart } = members;
    const { ends } = hops;
    const begin = start[c]!;
    const count = start[c + 1]! - begin;
    const firstHop = hopStart[c]!;
    const edges = hopStart[c + 1]! - firstHop;
    const wires = countWires(members, hops, firstHop, edges);
    const length = shapeHead + 3 * count + 1 + 2 * wires + 1 + 2 * edges;
    if (length > this.shape.length) this.shape = new Int32Array(2 * length);
    const { shape } = this;
    const height = shapeHead + count;
    const firstWire = height + count;
    const wireAt = firstWire + count + 1;
    const firstEdge = wireAt + wires;
    const target = firstEdge + wires + 1;
    const targetAt = target + edges;

    const own = members.boxes[c]!;
    shape[0] = own;
    shape[1] = members.inPorts[c]!;
    shape[2] = count - own - members.inPorts[c]!;
    shape[3] = wires;
    for (let i = 0; i < own; i++) {
      shape[shapeHead + i] = sizes.width[vertices[begin + i]!]!;
      shape[height + i] = sizes.height[vertices[begin + i]!]!;
    }
    for (let i = own; i < count; i++) shape[shapeHead + i] = shape[height + i] = 0;
    shape.fill(0, firstWire, firstWire + count + 1);
    let wire = 0;
    for (let e = 0; e < edges; e++) {
      const hop = members.hops[firstHop + e]!;
      const from = ends.first(hop);
      const to = ends.second(hop);
      const tensor = ends.third(hop);
      if (beginsWire(members, hops, firstHop, e)) {
        shape[firstWire + local[from]! + 1]!++;
        shape[wireAt + wire] = attachment(from, portSide.bottom, tensor, boxes, hops, sizes);
        shape[firstEdge + wire++] = e;
      }
      shape[target + e] = local[to]!;
      shape[targetAt + e] = attachment(to, portSide.top, tensor, boxes, hops, sizes);
    }
    shape[firstEdge + wires] = edges;
    for (let v = 0; v < count; v++) shape[firstWire + v + 1]! += shape[firstWire + v]!;
    return shape.subarray(0, length);
  }
}

function countWires(members: Members, hops: Hops, firstHop: number, edges: number): number {
  let wires = 0;
  for (let e = 0; e < edges; e++) if (beginsWire(members, hops, firstHop, e)) wires++;
  return wires;
}

/** Hops are in the order of their wires: whether this one is the first of its own. */
function beginsWire({ hops: order }: Members, { ends }: Hops, firstHop: number, e: number): boolean {
  if (e === 0) return true;
  const hop = order[firstHop + e]!;
  const previous = order[firstHop + e - 1]!;
  return ends.first(previous) !== ends.first(hop) || ends.third(previous) !== ends.third(hop);
}

/** Lines meet boxes in the middle, and open frames where the port is that they lead through. */
function attachment(
  vertex: number, side: number, tensor: number, boxes: VisibleBoxes, hops: Hops, sizes: BoxShapes,
): number {
  if (vertex >= boxes.count || !boxes.expanded[vertex]) return 0;
  const port = hops.ports.find(vertex, side, tensor);
  return port < 0 ? 0 : sizes.portAt[port]!;
}
