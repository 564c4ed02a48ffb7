/** The curve of a line, told to whatever draws: a canvas, a path of an SVG, the search for what the pointer is on. */

import type { Lines } from '../../layout/scene.ts';

/** What of CanvasPath a line needs. */
export interface PathSink {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
}

/** Radius of the corners of a bus line. */
const corner = 8;

/** Tells `sink` the line; `smooth` as it is seen from near, else with straight pieces. */
export function tracePath(sink: PathSink, lines: Lines, line: number, smooth: boolean): void {
  const { points, start } = lines;
  const first = 2 * start[line]!;
  const end = 2 * start[line + 1]!;
  if (end - first < 4) return;
  sink.moveTo(points[first]!, points[first + 1]!);
  if (!smooth) {
    for (let p = first + 2; p < end; p += 2) sink.lineTo(points[p]!, points[p + 1]!);
  } else if (lines.bus[line] || lines.back[line]) {
    traceRounded(sink, points, first, end);
  } else {
    for (let p = first + 2; p < end; p += 2) {
      const [x0, y0, x1, y1] = [points[p - 2]!, points[p - 1]!, points[p]!, points[p + 1]!];
      // Straight down needs no curve, and a line that turns upwards would make a loop of it.
      if (Math.abs(x1 - x0) < 0.5 || y1 <= y0) sink.lineTo(x1, y1);
      else sink.bezierCurveTo(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2, x1, y1);
    }
  }
}

/** Straight pieces with round corners. */
function traceRounded(sink: PathSink, points: Float32Array, first: number, end: number): void {
  for (let p = first + 2; p < end - 2; p += 2) {
    const [x0, y0, x, y, x1, y1] = [
      points[p - 2]!, points[p - 1]!, points[p]!, points[p + 1]!, points[p + 2]!, points[p + 3]!,
    ];
    const before = Math.hypot(x - x0, y - y0);
    const after = Math.hypot(x1 - x, y1 - y);
    const radius = Math.min(corner, before / 2, after / 2);
    if (radius < 0.5) {
      sink.lineTo(x, y);
      continue;
    }
    sink.lineTo(x - ((x - x0) / before) * radius, y - ((y - y0) / before) * radius);
    sink.bezierCurveTo(x, y, x, y, x + ((x1 - x) / after) * radius, y + ((y1 - y) / after) * radius);
  }
  sink.lineTo(points[end - 2]!, points[end - 1]!);
}

/** Direction of the line's end, in radians: curves end downwards. */
export function endAngle(lines: Lines, line: number): number {
  const { points, start } = lines;
  const last = 2 * (start[line + 1]! - 1);
  const dx = points[last]! - points[last - 2]!;
  const dy = points[last + 1]! - points[last - 1]!;
  return !lines.bus[line] && !lines.back[line] && dy > 0 ? Math.PI / 2 : Math.atan2(dy, dx);
}

/** The middle of a line, where its label stands. */
export function middleOf(lines: Lines, line: number): { x: number; y: number } {
  const { points, start } = lines;
  const first = start[line]!;
  const count = start[line + 1]! - first;
  const a = 2 * (first + Math.max(0, Math.floor((count - 1) / 2)));
  const b = 2 * (first + Math.floor(count / 2));
  return { x: (points[a]! + points[b]!) / 2, y: (points[a + 1]! + points[b + 1]!) / 2 };
}
