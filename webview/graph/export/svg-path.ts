/** A line as the data of an SVG path. */

import type { PathSink } from '../view/line-path.ts';

export class SvgPath implements PathSink {
  #data = '';

  get data(): string {
    return this.#data;
  }

  moveTo(x: number, y: number): void {
    this.#data += `M${short(x)} ${short(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.#data += `L${short(x)} ${short(y)}`;
  }

  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    this.#data += `C${short(x1)} ${short(y1)} ${short(x2)} ${short(y2)} ${short(x)} ${short(y)}`;
  }
}

/** A tenth of a pixel is finer than anyone sees. */
export function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
