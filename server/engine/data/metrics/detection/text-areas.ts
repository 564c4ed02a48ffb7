/**
 * Text detectors give a map of how likely each pixel is in the core of a line of text. Connected areas become boxes,
 * and boxes grow back by what training had shrunk lines by (DB, Liao et al. 2020, "Real-time Scene Text Detection with
 * Differentiable Binarization", section 3.4). Boxes are upright: for lines that are.
 */

import { LatheError } from '../../../errors.ts';
import { describeType, tensorValueFloats, type TensorValue } from '../../../tensor/tensor-value.ts';
import type { Detection } from './detection.ts';

export interface TextAreaOptions {
  /** From which a pixel belongs to a line; 0.3 by default, as PaddleOCR has it. */
  readonly pixelThreshold?: number | undefined;
  /** How far boxes grow: their area, times this, over their perimeter; 1.5 by default, as PaddleOCR has it. */
  readonly unclip?: number | undefined;
}

/** Areas of fewer pixels a side are noise. */
const smallestSide = 3;

/**
 * The lines of text in a map [1, 1, height, width] (or without leading ones), in the map's pixels; the mean of a box's
 * pixels is its score.
 *
 * @param threshold of the score
 * @throws LatheError `DATA` when the output is no such map
 */
export function textAreas(output: TensorValue, threshold: number, options: TextAreaOptions): Detection[] {
  const { dims } = output;
  const [height = 0, width = 0] = dims.slice(-2);
  const map = tensorValueFloats(output);
  if (dims.length < 2 || map.length !== height * width) {
    throw new LatheError('DATA', `The decoder "db" reads [1, 1, height, width], not ${
      describeType(output.dtype, dims)}.`, { fix: 'Choose another decoder, or name its output.' });
  }
  const { pixelThreshold = 0.3, unclip = 1.5 } = options;
  const seen = new Uint8Array(map.length);
  const stack = new Int32Array(map.length);
  const found: Detection[] = [];
  for (let start = 0; start < map.length; start++) {
    if (seen[start] || map[start]! < pixelThreshold) continue;
    const area = flood(map, width, start, pixelThreshold, seen, stack);
    const boxWidth = area.right - area.left + 1;
    const boxHeight = area.bottom - area.top + 1;
    if (Math.min(boxWidth, boxHeight) < smallestSide) continue;
    let sum = 0;
    for (let y = area.top; y <= area.bottom; y++) {
      for (let x = area.left; x <= area.right; x++) sum += map[y * width + x]!;
    }
    const score = sum / (boxWidth * boxHeight);
    if (score < threshold) continue;
    const grown = (boxWidth * boxHeight * unclip) / (2 * (boxWidth + boxHeight));
    found.push({
      classIndex: 0,
      score,
      left: area.left - grown,
      top: area.top - grown,
      width: boxWidth + 2 * grown,
      height: boxHeight + 2 * grown,
    });
  }
  return found;
}

interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Marks the area of 8-connected pixels that `start` belongs to. */
function flood(
  map: Float32Array,
  width: number,
  start: number,
  threshold: number,
  seen: Uint8Array,
  stack: Int32Array,
): Area {
  const height = map.length / width;
  const area: Area = { left: width, top: height, right: 0, bottom: 0 };
  let waiting = 1;
  stack[0] = start;
  seen[start] = 1;
  while (waiting > 0) {
    const at = stack[--waiting]!;
    const x = at % width;
    const y = (at - x) / width;
    area.left = Math.min(area.left, x);
    area.right = Math.max(area.right, x);
    area.top = Math.min(area.top, y);
    area.bottom = Math.max(area.bottom, y);
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const next = row * width + column;
        if (seen[next] || map[next]! < threshold) continue;
        seen[next] = 1;
        stack[waiting++] = next;
      }
    }
  }
  return area;
}
