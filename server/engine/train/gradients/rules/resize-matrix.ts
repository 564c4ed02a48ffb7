/** The matrix by which Resize maps one axis, as the operator's specification describes it (ONNX, Resize). */

import type { AxisMatrix } from './along-axis.ts';

export interface AxisResize {
  readonly from: number;
  readonly to: number;
  /** Elements after by elements before. */
  readonly scale: number;
  /** `nearest`, `linear` or `cubic`. */
  readonly mode: string;
  /** Which place of the input an element of the result looks at. */
  readonly coordinates: string;
  readonly nearestMode: string;
  /** Coefficient of cubic interpolation (Keys 1981). */
  readonly cubicA: number;
}

/** [from, to], for the way back: element i of the result spreads over column i. */
export function resizeMatrix(resize: AxisResize): AxisMatrix {
  const { from, to } = resize;
  const values = new Float64Array(from * to);
  for (let i = 0; i < to; i++) {
    const place = sourcePlace(resize, i);
    for (const [source, weight] of weightsAt(resize, place)) {
      values[Math.min(from - 1, Math.max(0, source)) * to + i]! += weight;
    }
  }
  return { outputs: from, inputs: to, values };
}

function sourcePlace({ from, to, scale, coordinates }: AxisResize, i: number): number {
  switch (coordinates) {
    case 'asymmetric':
      return i / scale;
    case 'align_corners':
      return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
    case 'pytorch_half_pixel':
      return to > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'half_pixel_symmetric': {
      const adjustment = to / (scale * from);
      return (from / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
    }
    default:
      return (i + 0.5) / scale - 0.5;
  }
}

function weightsAt(resize: AxisResize, place: number): readonly (readonly [source: number, weight: number])[] {
  const { mode, from } = resize;
  if (mode === 'nearest') return [[nearest(place, resize.nearestMode), 1]];
  if (mode === 'linear') {
    const inside = Math.min(from - 1, Math.max(0, place));
    const low = Math.floor(inside);
    return [[low, 1 - (inside - low)], [low + 1, inside - low]];
  }
  const low = Math.floor(place);
  return [-1, 0, 1, 2].map((offset) => [low + offset, cubicWeight(place - low - offset, resize.cubicA)]);
}

function nearest(place: number, mode: string): number {
  switch (mode) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}

function cubicWeight(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}
