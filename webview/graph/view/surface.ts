/** The canvas: as large as its place, as sharp as the screen, drawn at most once a frame. */

import { element } from '../../ui/dom.ts';
import type { Size } from './viewport.ts';

export class Surface {
  readonly canvas = element('canvas', { class: 'graph-canvas' });
  readonly #draw: (context: CanvasRenderingContext2D, size: Size, ratio: number) => void;
  readonly #resized: (size: Size) => void;
  readonly #context: CanvasRenderingContext2D;
  #frame = 0;
  #size: Size = { width: 0, height: 0 };

  /** `draw` gets the canvas's size in CSS pixels and how many pixels one of them has. */
  constructor(
    draw: (context: CanvasRenderingContext2D, size: Size, ratio: number) => void,
    resized: (size: Size) => void,
  ) {
    this.#draw = draw;
    this.#resized = resized;
    const context = this.canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.#context = context;
    new ResizeObserver(() => this.#fit()).observe(this.canvas);
  }

  get size(): Size {
    return this.#size;
  }

  requestDraw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.drawNow());
  }

  drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#size.width === 0 || this.#size.height === 0) return;
    const ratio = devicePixelRatio;
    // Setting a canvas's size clears it: only when it changes, and right before it is drawn, so that nothing flickers.
    const [width, height] = [Math.round(this.#size.width * ratio), Math.round(this.#size.height * ratio)];
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.#draw(this.#context, this.#size, ratio);
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    if (width > 0 && height > 0) this.#resized(this.#size);
    this.drawNow();
  }
}
