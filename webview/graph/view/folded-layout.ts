/** The whole model at once: layers as cells, one after the other down columns that fill the screen. */

import type { Size } from './viewport.ts';

export interface FoldedLayout {
  /** Cells in a column. */
  readonly rows: number;
  readonly columns: number;
  readonly cellHeight: number;
  /** From one column to the next; a strip is `stripWidth` of it. */
  readonly columnWidth: number;
  readonly stripWidth: number;
  /** Whether there is room for words in a cell. */
  readonly labelled: boolean;
}

export const foldedMargin = 14;
/** Cells from the most comfortable down: how high, and how wide a strip must be for them to look like cells. */
const forms: readonly (readonly [height: number, width: number])[] = [
  [24, 150], [18, 110], [14, 64], [10, 44], [8, 32], [6, 20], [5, 16], [4, 12], [3, 8], [2, 5], [1, 3],
];
const labelHeight = 18;
const widestStrip = 220;

/** The largest cells with which `count` of them fit into the screen; very many are a pixel high, but all there. */
export function foldedLayout(count: number, screen: Size): FoldedLayout {
  const [width, height] = [screen.width - 2 * foldedMargin, screen.height - 2 * foldedMargin];
  const plan = (cellHeight: number): { rows: number; columns: number; columnWidth: number } => {
    const most = Math.max(1, Math.floor(height / cellHeight));
    const columns = Math.max(1, Math.ceil(count / most));
    // Columns of one length look better than a short last one.
    return { rows: Math.max(1, Math.ceil(count / columns)), columns, columnWidth: Math.max(1, width / columns) };
  };
  const form = forms.find(([cellHeight, least]) => plan(cellHeight).columnWidth >= least) ?? [1, 1];
  const [cellHeight] = form;
  const { rows, columns, columnWidth } = plan(cellHeight);
  // Whole pixels where there are enough: edges between pixels are blurred and slow.
  const whole = columnWidth >= 4 ? Math.floor(columnWidth) : columnWidth;
  const gap = whole >= 4 ? Math.ceil(Math.min(10, whole * 0.15)) : whole * 0.15;
  const stripWidth = Math.min(widestStrip, whole - gap);
  return {
    rows, columns, cellHeight, stripWidth, labelled: cellHeight >= labelHeight,
    columnWidth: Math.min(whole, stripWidth + 16),
  };
}

/** The cell at a point of the screen, -1 beside all of them. */
export function cellAt(layout: FoldedLayout, count: number, x: number, y: number): number {
  const column = Math.floor((x - foldedMargin) / layout.columnWidth);
  const row = Math.floor((y - foldedMargin) / layout.cellHeight);
  if (column < 0 || column >= layout.columns || row < 0 || row >= layout.rows) return -1;
  if (x - foldedMargin - column * layout.columnWidth > layout.stripWidth) return -1;
  const cell = column * layout.rows + row;
  return cell < count ? cell : -1;
}
