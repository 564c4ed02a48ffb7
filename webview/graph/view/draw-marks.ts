/** What lies on top of boxes: frames of groups, badges, problem marks, the selection and the hits of a search. */

import { metrics } from './labels.ts';
import type { DetailLevel } from './level.ts';
import type { Picture, Severity } from './picture.ts';

/** Glyphs differ in shape, so that severities are told apart without colour. */
export const severityGlyphs: Readonly<Record<Severity, string>> = { error: '✕', warning: '!', info: 'i' };

const badgeHeight = 15;
/** Lower than this on the screen, a frame says nothing. */
const leastFrame = 8;

export function drawFrames(
  context: CanvasRenderingContext2D,
  picture: Picture,
  frames: readonly number[],
  level: DetailLevel,
  scale: number,
): void {
  const { palette, scene: { boxes } } = picture;
  if (level.dots) {
    context.fillStyle = palette.frame;
    for (const b of frames) {
      if (boxes.height[b]! * scale < leastFrame) continue;
      context.fillRect(boxes.x[b]!, boxes.y[b]!, boxes.width[b]!, boxes.height[b]!);
    }
    return;
  }
  context.lineWidth = Math.max(1, 0.75 / scale);
  for (const b of frames) {
    context.beginPath();
    context.roundRect(boxes.x[b]!, boxes.y[b]!, boxes.width[b]!, boxes.height[b]!, 6);
    context.fillStyle = palette.frame;
    context.fill();
    context.strokeStyle = palette.frameBorder;
    context.stroke();
  }
}

/** Titles of frames, over the lines that pass them. */
export function drawFrameTitles(context: CanvasRenderingContext2D, picture: Picture, frames: readonly number[]): void {
  const { palette, labels, scene: { boxes } } = picture;
  context.font = `600 ${metrics.detailFont}px ${palette.fontFamily}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = palette.muted;
  context.strokeStyle = palette.background;
  context.lineWidth = 4;
  context.lineJoin = 'round';
  for (const b of frames) {
    const title = `⊟ ${labels.groupTitle[boxes.group[b]!]!}`;
    context.strokeText(title, boxes.x[b]! + 10, boxes.y[b]! + metrics.frameTitleHeight / 2 + 1);
    context.fillText(title, boxes.x[b]! + 10, boxes.y[b]! + metrics.frameTitleHeight / 2 + 1);
  }
}

export function drawBadges(context: CanvasRenderingContext2D, picture: Picture, visible: Int32Array): void {
  const { palette, scene: { boxes } } = picture;
  context.font = `600 9.5px ${palette.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  for (const b of visible) {
    const badge = picture.badge(b);
    if (!badge) continue;
    const text = badge.bad ? `▲ ${badge.text}` : badge.text;
    const width = context.measureText(text).width + 10;
    // Right of the middle, where lines arrive.
    const left = boxes.x[b]! + Math.max(boxes.width[b]! + 5 - width, boxes.width[b]! / 2 + 6);
    const top = boxes.y[b]! - badgeHeight / 2 - 1;
    context.beginPath();
    context.roundRect(left, top, width, badgeHeight, badgeHeight / 2);
    context.fillStyle = palette.badge;
    context.fill();
    context.strokeStyle = badge.bad ? palette.warning : palette.boxBorder;
    context.stroke();
    context.fillStyle = palette.badgeText;
    context.fillText(text, left + width / 2, top + badgeHeight / 2 + 0.5);
  }
}

/** A disc with a glyph at the left upper corner; far out a disc alone, never smaller than three pixels. */
export function drawSeverities(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  level: DetailLevel,
  scale: number,
): void {
  const { palette, scene: { boxes } } = picture;
  const radius = Math.max(7, 3 / scale);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.font = `700 10px ${palette.fontFamily}`;
  for (const b of visible) {
    const severity = picture.severity(b);
    if (!severity) continue;
    const [x, y] = [boxes.x[b]! + 1, boxes.y[b]! + 1];
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = palette.background;
    context.fill();
    context.strokeStyle = palette[severity];
    context.lineWidth = Math.max(1.5, 1 / scale);
    context.stroke();
    if (!level.titles) continue;
    context.fillStyle = palette[severity];
    context.fillText(severityGlyphs[severity], x, y + 0.5);
  }
}

export function drawOutlines(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  scale: number,
): void {
  const { palette, marks } = picture;
  // Never thinner on the screen than at zoom 1.
  const pixel = 1 / Math.min(1, scale);
  if (marks.hits) {
    for (const b of visible) {
      if (marks.hits[b]) outline(context, picture, b, palette.hit, 2 * pixel);
    }
  }
  if (marks.hovered >= 0) outline(context, picture, marks.hovered, palette.accent, pixel);
  if (marks.currentHit >= 0) outline(context, picture, marks.currentHit, palette.hitCurrent, 3 * pixel);
  if (marks.selected >= 0) outline(context, picture, marks.selected, palette.accent, 2.5 * pixel);
}

function outline(
  context: CanvasRenderingContext2D,
  { scene: { boxes } }: Picture,
  b: number,
  color: string,
  width: number,
): void {
  const grow = width / 2 + 1;
  context.beginPath();
  context.roundRect(
    boxes.x[b]! - grow, boxes.y[b]! - grow, boxes.width[b]! + 2 * grow, boxes.height[b]! + 2 * grow, metrics.corner + 2,
  );
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke();
}
