/** Where the view is and how it gets elsewhere. */

import { blend, type Size, type Viewport } from './viewport.ts';

const durationMs = 220;

export class Camera {
  view: Viewport = { scale: 1, x: 0, y: 0 };
  screen: Size = { width: 1, height: 1 };
  /** Jumps instead of gliding. */
  still = false;

  /** Where it will be when it has glided. */
  destination: Viewport = this.view;

  readonly #changed: () => void;
  #frame = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  set(view: Viewport): void {
    cancelAnimationFrame(this.#frame);
    this.view = view;
    this.destination = view;
    this.#changed();
  }

  /** Glides there, unless motion is unwanted. */
  glide(to: Viewport): void {
    if (this.still || document.hidden) {
      this.set(to);
      return;
    }
    cancelAnimationFrame(this.#frame);
    this.destination = to;
    const from = this.view;
    const start = performance.now();
    const step = (now: number): void => {
      const t = Math.min(1, Math.max(0, (now - start) / durationMs));
      this.view = t === 1 ? to : blend(from, to, this.screen, 1 - (1 - t) ** 3);
      this.#changed();
      if (t < 1) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }
}
