/**
 * Trays: many boxes that have nothing but one line to the same box - the inputs and outputs of a decoder, the parts of
 * a long Concat - stand in a grid with one spine, instead of in a row that would be wider than all the rest.
 */

import { vertexCount, wireSources, type Content, type ContentLayout } from './content.ts';
import { PointList } from './point-list.ts';
import { spacing } from './spacing.ts';

/** Fewer boxes stand in a row. */
const fewest = 7;

/** Width of a tray over its height, about. */
const aspect = 1.5;

interface Tray {
  readonly members: number[];
  /** Whether the members read, or are read. */
  readonly reads: boolean;
}

/** A content with trays in the place of their members. */
export interface Trayed {
  readonly content: Content;
  readonly trays: readonly Tray[];
  /** By vertex of the whole: its vertex, or the tray's, in `content`; and by tray: its vertex. */
  readonly vertex: Int32Array;
  readonly trayVertex: readonly number[];
  /** By edge of the whole: its edge in `content`. */
  readonly edge: Int32Array;
}

/** Undefined where there is nothing to put into trays. */
export function withTrays(whole: Content): Trayed | undefined {
  const trays = findTrays(whole);
  if (trays.length === 0) return undefined;
  const { boxes, firstWire, firstEdge, target } = whole;
  const count = vertexCount(whole);
  const trayOf = new Int32Array(count).fill(-1);
  trays.forEach(({ members }, t) => members.forEach((v) => trayOf[v] = t));

  const vertex = new Int32Array(count);
  const trayVertex = trays.map(() => -1);
  const width: number[] = [];
  const height: number[] = [];
  let reducedBoxes = 0;
  for (let v = 0; v < count; v++) {
    const t = trayOf[v]!;
    if (t >= 0 && trayVertex[t]! >= 0) {
      vertex[v] = trayVertex[t]!;
      continue;
    }
    vertex[v] = width.length;
    if (v < boxes) reducedBoxes++;
    if (t >= 0) trayVertex[t] = width.length;
    const grid = t >= 0 ? gridOf(whole, trays[t]!) : undefined;
    width.push(grid ? grid.width : whole.width[v]!);
    height.push(grid ? grid.height : whole.height[v]!);
  }

  const reduced = { firstWire: [0], wireAt: [] as number[], firstEdge: [] as number[], edges: [] as number[] };
  const done = new Uint8Array(trays.length);
  for (let v = 0; v < count; v++) {
    const t = trayOf[v]!;
    if (t >= 0 && done[t]) continue;
    if (t >= 0) done[t] = 1;
    if (t >= 0 && !trays[t]!.reads) {
      // One wire for all of them, because they leave the tray in one place.
      reduced.wireAt.push(0);
      reduced.firstEdge.push(reduced.edges.length);
      for (const member of trays[t]!.members) reduced.edges.push(firstEdge[firstWire[member]!]!);
    } else if (t < 0) {
      for (let w = firstWire[v]!; w < firstWire[v + 1]!; w++) {
        reduced.wireAt.push(whole.wireAt[w]!);
        reduced.firstEdge.push(reduced.edges.length);
        for (let e = firstEdge[w]!; e < firstEdge[w + 1]!; e++) reduced.edges.push(e);
      }
    }
    reduced.firstWire.push(reduced.wireAt.length);
  }
  reduced.firstEdge.push(reduced.edges.length);
  const edge = new Int32Array(target.length);
  reduced.edges.forEach((e, i) => edge[e] = i);
  return {
    content: {
      boxes: reducedBoxes, inPorts: whole.inPorts, outPorts: whole.outPorts,
      width: Int32Array.from(width), height: Int32Array.from(height),
      firstWire: Int32Array.from(reduced.firstWire),
      wireAt: Int32Array.from(reduced.wireAt),
      firstEdge: Int32Array.from(reduced.firstEdge),
      target: Int32Array.from(reduced.edges, (e) => vertex[target[e]!]!),
      targetAt: Int32Array.from(reduced.edges, (e) => trayOf[target[e]!]! >= 0 ? 0 : whole.targetAt[e]!),
    },
    trays, vertex, trayVertex, edge,
  };
}

function findTrays(content: Content): Tray[] {
  const { boxes, firstWire, firstEdge, target } = content;
  const count = vertexCount(content);
  const into = new Int32Array(count);
  for (let e = 0; e < target.length; e++) into[target[e]!]!++;
  const edgesOf = (v: number): number => firstEdge[firstWire[v + 1]!]! - firstEdge[firstWire[v]!]!;
  const read = new Map<number, Tray>();
  const reading = new Map<number, Tray>();
  const put = (trays: Map<number, Tray>, around: number, member: number, reads: boolean): void => {
    const tray = trays.get(around);
    if (tray) tray.members.push(member);
    else trays.set(around, { members: [member], reads });
  };
  for (let v = 0; v < count; v++) {
    if (v < boxes && into[v] === 0 && edgesOf(v) === 1) {
      put(read, target[firstEdge[firstWire[v]!]!]!, v, false);
      continue;
    }
    for (let e = firstEdge[firstWire[v]!]!; e < firstEdge[firstWire[v + 1]!]!; e++) {
      const to = target[e]!;
      if (to < boxes && into[to] === 1 && edgesOf(to) === 0) put(reading, v, to, true);
    }
  }
  return [...read.values(), ...reading.values()].filter(({ members }) => members.length >= fewest);
}

interface Grid {
  /** Even, so that the spine runs between two of them. */
  readonly columns: number;
  readonly columnWidth: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly height: number;
}

/** There is a gap for lines below each row of what is read, and above each row of what reads. */
function gridOf({ width, height }: Content, { members }: Tray): Grid {
  const columnWidth = members.reduce((widest, v) => Math.max(widest, width[v]!), 0) + spacing.box;
  const rowHeight = members.reduce((highest, v) => Math.max(highest, height[v]!), 0) + spacing.trayRow;
  const columns = 2 * Math.max(2, Math.ceil(Math.sqrt(aspect * members.length * rowHeight / columnWidth) / 2));
  return {
    columns, columnWidth, rowHeight,
    width: 2 * Math.ceil((columns * columnWidth - spacing.box) / 2),
    height: Math.ceil(members.length / columns) * rowHeight,
  };
}

/** Puts the members back where their trays came to stand. */
export function unpackTrays(whole: Content, trayed: Trayed, layout: ContentLayout): ContentLayout {
  const { trays, vertex, trayVertex, edge } = trayed;
  const count = vertexCount(whole);
  const x = Float32Array.from({ length: count }, (_, v) => layout.x[vertex[v]!]!);
  const y = Float32Array.from({ length: count }, (_, v) => layout.y[vertex[v]!]!);
  /** By vertex in a tray: the spine, and the gap that its line runs through. */
  const spineX = new Float32Array(count).fill(NaN);
  const gapY = new Float32Array(count);
  trays.forEach((tray, t) => {
    const { columns, columnWidth, rowHeight } = gridOf(whole, tray);
    const middle = layout.x[trayVertex[t]!]!;
    const top = layout.y[trayVertex[t]!]!;
    tray.members.forEach((v, i) => {
      const rowTop = top + Math.floor(i / columns) * rowHeight;
      x[v] = middle + (i % columns - (columns - 1) / 2) * columnWidth;
      y[v] = tray.reads ? rowTop + spacing.trayRow : rowTop;
      spineX[v] = middle;
      gapY[v] = rowTop + (tray.reads ? spacing.trayRow / 2 : rowHeight - spacing.trayRow / 2);
    });
  });

  const sources = wireSources(whole);
  const list = new PointList();
  const edges = whole.target.length;
  const start = new Int32Array(edges + 1);
  for (let wire = 0, e = 0; wire < sources.length; wire++) {
    const from = sources[wire]!;
    for (; e < whole.firstEdge[wire + 1]!; e++) {
      const to = whole.target[e]!;
      const own = edge[e]!;
      list.beginLine();
      if (!Number.isNaN(spineX[from]!)) {
        list.add(x[from]!, y[from]! + whole.height[from]!);
        list.add(x[from]!, gapY[from]!);
        list.add(spineX[from]!, gapY[from]!);
      }
      for (let p = layout.start[own]!; p < layout.start[own + 1]!; p++) {
        list.add(layout.points[2 * p]!, layout.points[2 * p + 1]!);
      }
      if (!Number.isNaN(spineX[to]!)) {
        list.add(spineX[to]!, gapY[to]!);
        list.add(x[to]!, gapY[to]!);
        list.add(x[to]!, y[to]!);
      }
      start[e + 1] = list.count;
    }
  }
  return {
    width: layout.width, height: layout.height, x, y, start, points: list.points(),
    bus: Uint8Array.from(edge, (own) => layout.bus[own]!),
    back: Uint8Array.from(edge, (own) => layout.back[own]!),
  };
}
