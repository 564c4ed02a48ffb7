/** Boxes: rounded rectangles with a stripe in their category's colour, an operator and a detail. */

import { buckets } from './buckets.ts';
import { metrics } from './labels.ts';
import type { DetailLevel } from './level.ts';
import type { Picture } from './picture.ts';

/** Draws boxes in world coordinates; `scale` is the zoom, for lines that keep their width on the screen. */
export function drawBoxes(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  level: DetailLevel,
  scale: number,
): void {
  if (visible.length === 0) return;
  if (level.dots) drawDots(context, picture, visible, scale);
  else drawShapes(context, picture, visible, scale);
  if (level.titles) drawTexts(context, picture, visible, level);
}

/** From far away: rectangles of at least a pixel, in the colour that says most. */
function drawDots(context: CanvasRenderingContext2D, picture: Picture, visible: Int32Array, scale: number): void {
  const { paint, palette, scene: { boxes } } = picture;
  const [number, colors] = paint.heat ? [paint.fill, paint.fills] : [paint.stripe, paint.stripes];
  const least = 1 / scale;
  // Without a figure a box would have the background's colour, or nearly.
  const plain = paint.heat ? palette.boxBorder : undefined;
  buckets.forEach(visible, number, colors.length, (color, members) => {
    context.fillStyle = plain !== undefined && color < 2 ? plain : colors[color]!;
    for (const b of members) {
      context.fillRect(boxes.x[b]!, boxes.y[b]!, Math.max(least, boxes.width[b]!), Math.max(least, boxes.height[b]!));
    }
  });
}

function drawShapes(context: CanvasRenderingContext2D, picture: Picture, visible: Int32Array, scale: number): void {
  const { paint, palette, scene: { boxes } } = picture;
  const round = scale >= 0.35 ? metrics.corner : 0;
  const path = (b: number): void => {
    if (round > 0) context.roundRect(boxes.x[b]!, boxes.y[b]!, boxes.width[b]!, boxes.height[b]!, round);
    else context.rect(boxes.x[b]!, boxes.y[b]!, boxes.width[b]!, boxes.height[b]!);
  };
  if (palette.outlined) {
    context.fillStyle = palette.box;
    context.beginPath();
    for (const b of visible) path(b);
    context.fill();
  } else {
    buckets.forEach(visible, paint.fill, paint.fills.length, (color, members) => {
      context.fillStyle = paint.fills[color]!;
      context.beginPath();
      for (const b of members) path(b);
      context.fill();
    });
  }
  drawStripes(context, picture, visible);
  context.strokeStyle = palette.boxBorder;
  context.lineWidth = Math.max(1, 0.75 / scale);
  context.beginPath();
  for (const b of visible) path(b);
  context.stroke();
}

/** The left edge in the category's colour; where fills carry no colour it carries the figure's. */
function drawStripes(context: CanvasRenderingContext2D, picture: Picture, visible: Int32Array): void {
  const { paint, palette, scene: { boxes } } = picture;
  const figures = palette.outlined && paint.heat;
  if (paint.heat && !figures) return;
  const [number, colors] = figures ? [paint.fill, paint.fills] : [paint.stripe, paint.stripes];
  const width = figures ? 3 * metrics.stripe : metrics.stripe;
  buckets.forEach(visible, number, colors.length, (color, members) => {
    if (figures && color < 2) return;
    context.fillStyle = colors[color]!;
    context.beginPath();
    for (const b of members) {
      context.roundRect(boxes.x[b]!, boxes.y[b]!, width, boxes.height[b]!, [metrics.corner, 0, 0, metrics.corner]);
    }
    context.fill();
  });
}

function drawTexts(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  level: DetailLevel,
): void {
  const { paint, palette, labels, scene: { boxes } } = picture;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.font = `600 ${metrics.titleFont}px ${palette.fontFamily}`;
  const textFills = palette.outlined ? paint.texts.map(() => palette.foreground) : paint.texts;
  buckets.forEach(visible, paint.fill, paint.fills.length, (color, members) => {
    context.fillStyle = textFills[color]!;
    for (const b of members) {
      const [n, g] = [boxes.node[b]!, boxes.group[b]!];
      const title = n >= 0 ? labels.title[n]! : labels.groupTitle[g]!;
      const high = boxes.height[b]! >= metrics.highHeight - 1;
      const y = boxes.y[b]! + (high ? 15 : boxes.height[b]! / 2 + 0.5);
      const middle = boxes.x[b]! + (boxes.width[b]! + metrics.stripe) / 2;
      context.fillText(n >= 0 ? title : `⊞ ${title}`, middle, y);
    }
  });
  if (!level.details) return;
  context.font = `${metrics.detailFont}px ${palette.fontFamily}`;
  buckets.forEach(visible, paint.fill, paint.fills.length, (color, members) => {
    context.fillStyle = color < 2 ? palette.muted : textFills[color]!;
    for (const b of members) {
      const [n, g] = [boxes.node[b]!, boxes.group[b]!];
      const detail = n >= 0 ? labels.detail[n]! : labels.groupDetail[g]!;
      if (detail === '') continue;
      context.fillText(detail, boxes.x[b]! + (boxes.width[b]! + metrics.stripe) / 2, boxes.y[b]! + 30);
    }
  });
}
