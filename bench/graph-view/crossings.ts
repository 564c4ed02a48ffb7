/** How many pairs of lines of a scene cross, counted on their points alone: nothing of the layout's own is used. */

import type { Lines } from '../../webview/layout/scene.ts';

interface Piece {
  readonly line: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Height of the strips that pieces are sorted into; a pair is counted in the strip where it crosses. */
const strip = 64;

/**
 * Pairs of lines with different sources that cross in a point inside a piece of each; lines of one tensor share their
 * beginning and are counted one by one where they cross others.
 */
export function countCrossings(lines: Lines): number {
  const strips = new Map<number, Piece[]>();
  for (let line = 0; line < lines.count; line++) {
    for (let p = lines.start[line]!; p + 1 < lines.start[line + 1]!; p++) {
      const [x0, y0, x1, y1] = lines.points.subarray(2 * p, 2 * p + 4) as unknown as [number, number, number, number];
      const piece = { line, x0, y0, x1, y1 };
      const last = Math.floor(Math.max(y0, y1) / strip);
      for (let s = Math.floor(Math.min(y0, y1) / strip); s <= last; s++) {
        const row = strips.get(s);
        if (row) row.push(piece);
        else strips.set(s, [piece]);
      }
    }
  }
  const pairs = new Set<number>();
  for (const [s, pieces] of strips) {
    for (let i = 0; i < pieces.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [pieces[i]!, pieces[j]!];
        if (a.line === b.line) continue;
        const y = crossingY(a, b);
        if (y !== undefined && Math.floor(y / strip) === s) {
          pairs.add(Math.min(a.line, b.line) * lines.count + Math.max(a.line, b.line));
        }
      }
    }
  }
  return pairs.size;
}

/** y of the point inside both pieces, or undefined. */
function crossingY(a: Piece, b: Piece): number | undefined {
  const [dx, dy, ex, ey] = [a.x1 - a.x0, a.y1 - a.y0, b.x1 - b.x0, b.y1 - b.y0];
  const across = dx * ey - dy * ex;
  if (Math.abs(across) < 1e-9) return undefined;
  const t = ((b.x0 - a.x0) * ey - (b.y0 - a.y0) * ex) / across;
  const u = ((b.x0 - a.x0) * dy - (b.y0 - a.y0) * dx) / across;
  const margin = 1e-6;
  const within = t > margin && t < 1 - margin && u > margin && u < 1 - margin;
  return within ? a.y0 + t * dy : undefined;
}
