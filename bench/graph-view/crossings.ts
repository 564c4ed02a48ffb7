/** How often the lines of a scene cross, counted on their points alone: nothing of the layout's own is used. */

import type { Lines } from '../../webview/layout/scene.ts';

interface Piece {
  readonly line: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Places, to a pixel, where two lines cross inside a piece of each: what the eye counts. Lines of one tensor share
 * their points up to where they part, so a line that crosses there crosses once.
 */
export function countCrossings(lines: Lines): number {
  const pieces: Piece[] = [];
  for (let line = 0; line < lines.count; line++) {
    for (let p = 2 * lines.start[line]!; p + 2 < 2 * lines.start[line + 1]!; p += 2) {
      const { points } = lines;
      pieces.push({ line, x0: points[p]!, y0: points[p + 1]!, x1: points[p + 2]!, y1: points[p + 3]! });
    }
  }
  const top = ({ y0, y1 }: Piece): number => Math.min(y0, y1);
  pieces.sort((a, b) => top(a) - top(b));
  const places = new Set<string>();
  let open: Piece[] = [];
  for (const piece of pieces) {
    open = open.filter(({ y0, y1 }) => Math.max(y0, y1) >= top(piece));
    for (const other of open) {
      const place = other.line === piece.line ? undefined : crossing(piece, other);
      if (place) places.add(place.map(Math.round).join(' '));
    }
    open.push(piece);
  }
  return places.size;
}

/** The point inside both pieces, or undefined. */
function crossing(a: Piece, b: Piece): [number, number] | undefined {
  const [dx, dy, ex, ey] = [a.x1 - a.x0, a.y1 - a.y0, b.x1 - b.x0, b.y1 - b.y0];
  const across = dx * ey - dy * ex;
  if (Math.abs(across) < 1e-9) return undefined;
  const t = ((b.x0 - a.x0) * ey - (b.y0 - a.y0) * ex) / across;
  const u = ((b.x0 - a.x0) * dy - (b.y0 - a.y0) * dx) / across;
  const margin = 1e-6;
  const inside = t > margin && t < 1 - margin && u > margin && u < 1 - margin;
  return inside ? [a.x0 + t * dx, a.y0 + t * dy] : undefined;
}
