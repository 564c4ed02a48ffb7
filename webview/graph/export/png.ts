/** The whole graph as a PNG, as large as a browser can draw. */

import { drawArea } from '../view/draw-scene.ts';
import { levelOf } from '../view/level.ts';
import { noMarks, type Picture } from '../view/picture.ts';

const margin = 24;
/** Chromium's canvases end at 16384 pixels a side; more than 64 megapixels take a minute and a gigabyte. */
const longestSide = 16_000;
const mostPixels = 64e6;
const sharpest = 2;

/** Resolves with the encoded picture and the scale at which it was drawn: 1 and above is full detail. */
export async function pngOf(picture: Picture): Promise<{ readonly bytes: Uint8Array; readonly scale: number }> {
  const { scene, palette } = picture;
  const [width, height] = [scene.width + 2 * margin, scene.height + 2 * margin];
  const scale = Math.min(
    sharpest, longestSide / width, longestSide / height, Math.sqrt(mostPixels / (width * height)),
  );
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(width * scale));
  canvas.height = Math.max(1, Math.floor(height * scale));
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser cannot draw a picture of that size.');
  context.fillStyle = palette.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, margin * scale, margin * scale);
  const area = { x: -margin, y: -margin, width, height };
  drawArea(context, { ...picture, marks: noMarks }, area, levelOf(scale), scale);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The picture could not be encoded; export SVG instead.');
  return { bytes: new Uint8Array(await blob.arrayBuffer()), scale };
}
