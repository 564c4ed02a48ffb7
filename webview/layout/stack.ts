/** Rows of a column from top to bottom. */

import type { Column } from './column.ts';
import type { Lanes, RowReach } from './lanes.ts';
import { spacing } from './spacing.ts';

/** By row: its upper and its lower edge; and the height of all rows. */
export interface RowPlaces {
  readonly top: Float32Array;
  readonly bottom: Float32Array;
  readonly height: number;
}

/** How much of the way that a line goes sideways a gap grows by, so that it does not lie flat. */
const slantShare = 0.08;

export function rowReach({ cuts, layouts, ranks }: Column): RowReach {
  const left = new Float32Array(ranks.count);
  const right = new Float32Array(ranks.count);
  layouts.forEach((layout, s) => {
    const first = cuts.firstRank[s]!;
    for (let row = first; row < cuts.firstRank[s + 1]!; row++) {
      left[row] = layout.left[row - first + 1]!;
      right[row] = layout.right[row - first + 1]!;
    }
  });
  return { left, right };
}

export function stackRows(column: Column, { tracks }: Lanes): RowPlaces {
  const { cuts, layouts, ranks: { count }, content: { inPorts, outPorts } } = column;
  const top = new Float32Array(count);
  const bottom = new Float32Array(count);
  let y = trackSpace(tracks[0] ?? 0);
  let slantAbove = 0;
  layouts.forEach((layout, s) => {
    const first = cuts.firstRank[s]!;
    const rows = cuts.firstRank[s + 1]! - first;
    slantAbove = Math.max(slantAbove, layout.slant[0]!);
    for (let i = 1; i <= rows; i++) {
      const row = first + i - 1;
      if (row > 0) {
        const atPorts = (row === 1 && inPorts > 0) || (row === count - 1 && outPorts > 0);
        const straight = atPorts ? Math.min(spacing.row, spacing.port + slantAbove) : spacing.row;
        const slack = Math.min(spacing.rowSlack, slantAbove * slantShare);
        y += Math.ceil(Math.max(straight + slack, trackSpace(tracks[row]!)));
      }
      top[row] = y;
      y += layout.rowHeight[i]!;
      bottom[row] = y;
      slantAbove = layout.slant[i]!;
    }
  });
  return { top, bottom, height: y + trackSpace(tracks[count] ?? 0) };
}

/** Height that the horizontal runs of bus lines in one gap need. */
function trackSpace(tracks: number): number {
  return tracks === 0 ? 0 : spacing.row + (tracks - 1) * spacing.track;
}

/** y of a horizontal run in the gap above `row`; the last gap lies below all rows. */
export function trackY({ top, bottom, height }: RowPlaces, row: number, track: number, tracks: number): number {
  const above = row === 0 ? 0 : bottom[row - 1]!;
  const below = row < top.length ? top[row]! : height;
  return (above + below) / 2 + (track - (tracks - 1) / 2) * spacing.track;
}
