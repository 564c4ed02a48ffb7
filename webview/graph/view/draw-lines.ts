/** Lines between boxes, their arrowheads and the types of their tensors. */

import { endAngle, middleOf, tracePath } from './line-path.ts';
import type { DetailLevel } from './level.ts';
import type { Picture } from './picture.ts';

const arrow = { length: 7, halfWidth: 3.5 } as const;
const busDash = [6, 4];
/** So many lines can be drawn bend by bend in every frame. */
const fewLines = 4000;

/** Draws lines in world coordinates. */
export function drawLines(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  level: DetailLevel,
  scale: number,
): void {
  if (level.lines === 'none' || visible.length === 0) return;
  const { palette, scene: { lines } } = picture;
  const thin = Math.max(1.2, 0.8 / scale);
  const bends = level.lines === 'full' || visible.length <= fewLines;
  for (const bus of [0, 1]) {
    context.beginPath();
    for (const line of visible) {
      if (lines.bus[line] !== bus) continue;
      if (bends) tracePath(context, lines, line, level.curves);
      else joinEnds(context, picture, line);
    }
    context.strokeStyle = bus ? palette.bus : palette.line;
    context.lineWidth = thin;
    // Told apart by more than colour.
    if (bus && level.curves) context.setLineDash(busDash);
    context.stroke();
    context.setLineDash([]);
    if (level.curves) drawArrows(context, picture, visible, bus);
  }
  if (level.lineLabels) drawLineLabels(context, picture, visible);
}

/** One line on top of the others, for the pointer or the selection. */
export function drawStrongLine(context: CanvasRenderingContext2D, picture: Picture, line: number, scale: number): void {
  const { palette, scene: { lines } } = picture;
  context.beginPath();
  tracePath(context, lines, line, true);
  context.strokeStyle = palette.accent;
  context.lineWidth = Math.max(2, 1.5 / scale);
  context.stroke();
  context.fillStyle = palette.accent;
  context.beginPath();
  traceArrow(context, picture, line);
  context.fill();
}

function joinEnds(context: CanvasRenderingContext2D, { scene: { lines } }: Picture, line: number): void {
  const first = 2 * lines.start[line]!;
  const last = 2 * (lines.start[line + 1]! - 1);
  if (lines.bus[line]) {
    tracePath(context, lines, line, false);
    return;
  }
  context.moveTo(lines.points[first]!, lines.points[first + 1]!);
  context.lineTo(lines.points[last]!, lines.points[last + 1]!);
}

function drawArrows(context: CanvasRenderingContext2D, picture: Picture, visible: Int32Array, bus: number): void {
  const { palette, scene: { lines } } = picture;
  context.fillStyle = bus ? palette.bus : palette.line;
  context.beginPath();
  for (const line of visible) {
    if (lines.bus[line] === bus) traceArrow(context, picture, line);
  }
  context.fill();
}

function traceArrow(context: CanvasRenderingContext2D, { scene: { lines } }: Picture, line: number): void {
  const end = 2 * (lines.start[line + 1]! - 1);
  const [x, y] = [lines.points[end]!, lines.points[end + 1]!];
  const angle = endAngle(lines, line);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [backX, backY] = [x - cos * arrow.length, y - sin * arrow.length];
  context.moveTo(x, y);
  context.lineTo(backX - sin * arrow.halfWidth, backY + cos * arrow.halfWidth);
  context.lineTo(backX + sin * arrow.halfWidth, backY - cos * arrow.halfWidth);
  context.closePath();
}

function drawLineLabels(context: CanvasRenderingContext2D, picture: Picture, visible: Int32Array): void {
  const { palette, model: { graph }, scene: { lines } } = picture;
  context.font = `9px ${palette.fontFamily}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  // A rim of the background keeps words apart from the lines that pass them.
  context.strokeStyle = palette.background;
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.fillStyle = palette.muted;
  for (const line of visible) {
    const text = graph.tensorTypes[lines.tensor[line]!] ?? '';
    if (text === '') continue;
    const { x, y } = middleOf(lines, line);
    context.strokeText(text, x + 6, y);
    context.fillText(text, x + 6, y);
  }
}
