/**
 * What the layout makes and the view draws: boxes and lines at their places, in CSS pixels at zoom 1, y downwards.
 * A box is a node, a collapsed group, or an expanded group, which is drawn as a frame around the boxes inside it.
 */

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly boxes: Boxes;
  readonly lines: Lines;
  /** By node of the graph: the box that shows it - its own, or the collapsed group that hides it. */
  readonly boxOfNode: Int32Array;
  /** By group of the graph: its box, or -1 where an outer group is collapsed. */
  readonly boxOfGroup: Int32Array;
}

/** Outer frames come before what is inside them, so drawing in order is right. */
export interface Boxes {
  readonly count: number;
  /** The left upper corner. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  readonly height: Float32Array;
  /** The node, or -1 for a group. */
  readonly node: Int32Array;
  /** The group, or -1 for a node. */
  readonly group: Int32Array;
  /** 1 for an expanded group. */
  readonly expanded: Uint8Array;
  /**
   * The box of the expanded group around it, -1 at the top. Where a graph has many inputs or outputs, they are inside
   * the innermost expanded group that holds what they are linked to.
   */
  readonly parent: Int32Array;
}

/**
 * A line begins in the middle of its source box's lower edge and ends in the middle of its target box's upper edge.
 * Two neighbouring points lie above each other, or beside each other, or the line slants from a row of boxes to the
 * next: drawn as a curve that is vertical at both ends, it stays in the gap between the rows. Lines of one
 * tensor share their points up to where they part.
 */
export interface Lines {
  readonly count: number;
  /** Points of line i: `points[2 * start[i]]` up to `points[2 * start[i + 1]]`, x and y in turn. */
  readonly start: Int32Array;
  readonly points: Float32Array;
  readonly sourceBox: Int32Array;
  readonly targetBox: Int32Array;
  /** Index into the graph's `tensorNames`. */
  readonly tensor: Int32Array;
  /** How many edges of the graph this line stands for. */
  readonly edges: Int32Array;
  /** 1 for a line that runs beside the column, because its tensor reaches far. */
  readonly bus: Uint8Array;
  /** 1 for a line that leads upwards somewhere, because the graph, or its groups, have a cycle. */
  readonly back: Uint8Array;
}

/** Sizes of boxes: the view measures text, the layout does not. */
export interface BoxSizes {
  /** By node of the graph. */
  readonly nodeWidth: Float32Array;
  readonly nodeHeight: Float32Array;
  /** By group of the graph, when collapsed. */
  readonly groupWidth: Float32Array;
  readonly groupHeight: Float32Array;
  /** Of the frame's title when expanded. */
  readonly frameTitleHeight: number;
}
