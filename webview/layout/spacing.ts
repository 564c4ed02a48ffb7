/** Distances of the drawing, in CSS pixels at zoom 1. */
export const spacing = {
  /** Between two boxes side by side. */
  box: 22,
  /** Between a box and a line that passes it. */
  boxToLine: 16,
  /** Between two lines that pass side by side. */
  line: 10,
  /** Between two rows, at least; more where lines cross the gap at a slant. */
  row: 28,
  /** Between a row and the ports of the frame, at least. */
  port: 6,
  /** What a slanted line may add to a gap, at most. */
  rowSlack: 36,
  /** Between two lanes of bus lines, and between the first one and the column. */
  lane: 14,
  /** Between two horizontal runs of bus lines in one gap. */
  track: 5,
  /** Between parts of a graph that nothing connects. */
  component: 48,
  /** Between two rows of a tray. */
  trayRow: 18,
  /** Inside a frame, around its content. */
  frame: 12,
  /** Around the whole drawing. */
  margin: 24,
} as const;
