/** One frame: what the viewport shows of the scene, in the level of detail of its zoom. */

import { drawBoxes } from './draw-boxes.ts';
import { drawLines, drawStrongLine } from './draw-lines.ts';
import { drawBadges, drawFrames, drawFrameTitles, drawOutlines, drawSeverities } from './draw-marks.ts';
import { levelOf, type DetailLevel } from './level.ts';
import type { Picture } from './picture.ts';
import { visibleRectangle, type Rectangle, type Size, type Viewport } from './viewport.ts';

/** Badges and outlines reach over the edges of boxes. */
const overhang = 24;
const faint = 0.22;

/** Draws into `context`, whose canvas has `ratio` pixels for one CSS pixel. */
export function drawScene(
  context: CanvasRenderingContext2D,
  picture: Picture,
  view: Viewport,
  screen: Size,
  ratio: number,
): void {
  const level = levelOf(view.scale);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = picture.palette.background;
  context.fillRect(0, 0, screen.width * ratio, screen.height * ratio);
  const scale = view.scale * ratio;
  context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
  drawArea(context, picture, grown(visibleRectangle(view, screen), overhang), level, view.scale);
}

/** Draws what lies in `area`; the context maps world to pixels already. */
export function drawArea(
  context: CanvasRenderingContext2D,
  picture: Picture,
  area: Rectangle,
  level: DetailLevel,
  scale: number,
): void {
  const { index, marks } = picture;
  const frames = framesIn(picture, area);
  drawFrames(context, picture, frames, level, scale);
  const boxes = index.foundBoxes.subarray(0, index.queryBoxes(area));
  const lines = level.lines === 'none'
    ? index.foundLines.subarray(0, 0)
    : index.foundLines.subarray(0, index.queryLines(area));
  const { traced } = marks;
  if (traced) {
    const { sourceBox, targetBox } = picture.scene.lines;
    const isTraced = (line: number): boolean => traced[sourceBox[line]!] === 1 && traced[targetBox[line]!] === 1;
    context.globalAlpha = faint;
    drawLines(context, picture, lines.filter((line) => !isTraced(line)), level, scale);
    drawBoxes(context, picture, boxes.filter((b) => !traced[b]), level, scale);
    context.globalAlpha = 1;
    drawLines(context, picture, lines.filter(isTraced), level, scale);
    drawBoxes(context, picture, boxes.filter((b) => traced[b]), level, scale);
  } else {
    drawLines(context, picture, lines, level, scale);
    drawBoxes(context, picture, boxes, level, scale);
  }
  drawConnections(context, picture, lines, level, scale);
  if (level.frameTitles) drawFrameTitles(context, picture, frames);
  drawOutlines(context, picture, boxes, scale);
  if (level.badges) drawBadges(context, picture, boxes);
  drawSeverities(context, picture, boxes, level, scale);
}

/** The lines of the selected box and the one under the pointer stand out. */
function drawConnections(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  level: DetailLevel,
  scale: number,
): void {
  const { marks, scene: { lines } } = picture;
  if (!level.curves) return;
  if (marks.selected >= 0) {
    for (const line of visible) {
      if (lines.sourceBox[line] === marks.selected || lines.targetBox[line] === marks.selected) {
        drawStrongLine(context, picture, line, scale);
      }
    }
  }
  if (marks.hoveredLine >= 0) drawStrongLine(context, picture, marks.hoveredLine, scale);
}

function framesIn({ index, scene: { boxes } }: Picture, area: Rectangle): number[] {
  const frames: number[] = [];
  for (const b of index.frames) {
    if (boxes.x[b]! > area.x + area.width || boxes.x[b]! + boxes.width[b]! < area.x) continue;
    if (boxes.y[b]! > area.y + area.height || boxes.y[b]! + boxes.height[b]! < area.y) continue;
    frames.push(b);
  }
  return frames;
}

function grown(area: Rectangle, by: number): Rectangle {
  return { x: area.x - by, y: area.y - by, width: area.width + 2 * by, height: area.height + 2 * by };
}
