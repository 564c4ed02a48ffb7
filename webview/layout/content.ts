/**
 * What is laid out at once: the inside of one frame, or the top of the graph.
 *
 * Vertices are boxes, then ports where tensors enter through the frame's top, then ports where they leave through its
 * bottom. A wire is one tensor from one vertex; its edges lead to the vertices that read it. All lengths are whole CSS
 * pixels and widths are even, so that equal contents have equal numbers.
 */
export interface Content {
  readonly boxes: number;
  readonly inPorts: number;
  readonly outPorts: number;
  /** By vertex; 0 for ports. */
  readonly width: Int32Array;
  readonly height: Int32Array;
  /** By vertex, one longer: its wires. */
  readonly firstWire: Int32Array;
  /** By wire: where it leaves the vertex's bottom, from the vertex's middle. */
  readonly wireAt: Int32Array;
  /** By wire, one longer: its edges. */
  readonly firstEdge: Int32Array;
  /** By edge. */
  readonly target: Int32Array;
  /** By edge: where it enters the target's top, from the target's middle. */
  readonly targetAt: Int32Array;
}

export interface ContentLayout {
  readonly width: number;
  readonly height: number;
  /** By vertex: its middle. Ports lie on the upper and the lower edge. */
  readonly x: Float32Array;
  /** By vertex: its upper edge. */
  readonly y: Float32Array;
  /** Points of edge e: `points[2 * start[e]]` up to `points[2 * start[e + 1]]`, from bottom to top of its vertices. */
  readonly start: Int32Array;
  readonly points: Float32Array;
  /** By edge: 1 if it runs beside the column. */
  readonly bus: Uint8Array;
  /** By edge: 1 if it leads upwards, because the content has a cycle. */
  readonly back: Uint8Array;
}

export function vertexCount(content: Content): number {
  return content.boxes + content.inPorts + content.outPorts;
}

/** By wire: the vertex that it leaves. */
export function wireSources(content: Content): Int32Array {
  const sources = new Int32Array(content.wireAt.length);
  for (let v = 0; v + 1 < content.firstWire.length; v++) {
    sources.fill(v, content.firstWire[v], content.firstWire[v + 1]);
  }
  return sources;
}

/** By edge: the wire that it belongs to. */
export function edgeWires(content: Content): Int32Array {
  const wires = new Int32Array(content.target.length);
  for (let w = 0; w + 1 < content.firstEdge.length; w++) {
    wires.fill(w, content.firstEdge[w], content.firstEdge[w + 1]);
  }
  return wires;
}

/** Numbers before the columns of a shape: boxes, entering ports, leaving ports, wires. */
export const shapeHead = 4;

/** The content whose numbers all stand in one array, one column after the other; views of it. */
export function contentFrom(shape: Int32Array): Content {
  const [boxes, inPorts, outPorts, wires] = [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
  const vertices = boxes + inPorts + outPorts;
  const edges = (shape.length - shapeHead - 3 * vertices - 2 * wires - 2) / 2;
  let at = shapeHead;
  const column = (length: number): Int32Array => shape.subarray(at, at += length);
  return {
    boxes, inPorts, outPorts,
    width: column(vertices), height: column(vertices), firstWire: column(vertices + 1), wireAt: column(wires),
    firstEdge: column(wires + 1), target: column(edges), targetAt: column(edges),
  };
}
