/**
 * A run of rows between two cuts. Its vertices are its boxes and ports, row by row, then the place where the one wire
 * enters through the upper cut, then the place where one leaves through the lower cut; both lie on the axis, x = 0.
 */
export interface Segment {
  /** Rows 1..rows hold boxes; row 0 is the upper cut, row rows + 1 the lower one. */
  readonly rows: number;
  /** Vertex on the upper cut, or -1. */
  readonly entry: number;
  /** Vertex on the lower cut, or -1. */
  readonly exit: number;
  readonly row: Int32Array;
  readonly width: Int32Array;
  readonly height: Int32Array;
  /** By vertex: 1 for ports of the frame. */
  readonly port: Uint8Array;
  /** By wire. */
  readonly wireSource: Int32Array;
  readonly wireAt: Int32Array;
  /** By wire, one longer. */
  readonly firstEdge: Int32Array;
  readonly target: Int32Array;
  readonly targetAt: Int32Array;
}

export interface SegmentLayout {
  /** By vertex, then by dummy: its middle, from the axis. */
  readonly x: Float32Array;
  /** By wire: the first of its dummies; there is one in every row between its source and its lowest target. */
  readonly firstDummy: Int32Array;
  /** By row from 0: how far boxes and lines reach from the axis. */
  readonly left: Float32Array;
  readonly right: Float32Array;
  /** By row from 0: height of the highest box. */
  readonly rowHeight: Int32Array;
  /** By row from 0: how far a line goes sideways at most on its way from there to the next row. */
  readonly slant: Float32Array;
}

/** Numbers of a shape: rows, vertices, has an entry, has an exit, wires, edges; then by vertex, then by wire. */
const header = 6;
const numbersPerVertex = 4;
const numbersPerWire = 3;
const numbersPerEdge = 2;

/** Writes segments as arrays of numbers, so that equal ones are found without making anything. */
export const shapeFormat = { header, numbersPerVertex, numbersPerWire, numbersPerEdge } as const;

/** The segment that a shape describes: for each vertex row, width, height, port; for each wire source, at, edges. */
export function segmentOf(shape: Int32Array): Segment {
  const [rows = 0, boxes = 0, hasEntry = 0, hasExit = 0, wires = 0, edges = 0] = shape;
  const count = boxes + hasEntry + hasExit;
  const segment = {
    rows,
    entry: hasEntry ? boxes : -1,
    exit: hasExit ? boxes + hasEntry : -1,
    row: new Int32Array(count),
    width: new Int32Array(count),
    height: new Int32Array(count),
    port: new Uint8Array(count),
    wireSource: new Int32Array(wires),
    wireAt: new Int32Array(wires),
    firstEdge: new Int32Array(wires + 1),
    target: new Int32Array(edges),
    targetAt: new Int32Array(edges),
  };
  let at = header;
  for (let v = 0; v < boxes; v++, at += numbersPerVertex) {
    segment.row[v] = shape[at]!;
    segment.width[v] = shape[at + 1]!;
    segment.height[v] = shape[at + 2]!;
    segment.port[v] = shape[at + 3]!;
  }
  if (hasExit) segment.row[segment.exit] = rows + 1;
  let edge = 0;
  for (let w = 0; w < wires; w++) {
    segment.wireSource[w] = shape[at]!;
    segment.wireAt[w] = shape[at + 1]!;
    const end = edge + shape[at + 2]!;
    at += numbersPerWire;
    for (; edge < end; edge++, at += numbersPerEdge) {
      segment.target[edge] = shape[at]!;
      segment.targetAt[edge] = shape[at + 1]!;
    }
    segment.firstEdge[w + 1] = end;
  }
  return segment;
}
