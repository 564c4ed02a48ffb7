/** The whole scene in a corner, with a frame around what the view shows. Click or drag to go there. */

import { element } from '../../ui/dom.ts';
import type { Composer } from '../session/composer.ts';
import type { Session } from '../session/session.ts';
import type { Picture } from './picture.ts';
import { keepAt, visibleRectangle, type Point, type Size } from './viewport.ts';

const largest: Size = { width: 150, height: 260 };
/** A model of thousands of layers would be a hair: it is drawn wider than it is. */
const leastWidth = 36;
const margin = 4;

interface Placement extends Size {
  readonly scaleX: number;
  readonly scaleY: number;
}

export class Minimap {
  readonly element = element('canvas', { 'class': 'minimap', 'aria-hidden': 'true' });
  readonly #session: Session;
  readonly #composer: Composer;
  /** The scene as it was last drawn: only the frame moves. */
  readonly #cache = document.createElement('canvas');
  #stale = true;
  #frame = 0;
  #placement: Placement = { width: 0, height: 0, scaleX: 1, scaleY: 1 };

  constructor(session: Session, composer: Composer) {
    this.#session = session;
    this.#composer = composer;
    session.signals.on(['scene', 'overlay', 'overlays', 'problems', 'selection'], () => this.renew());
    session.signals.on(['view'], () => this.#drawSoon());
    this.#watchPointer();
  }

  /** Draws all of it again: the scene or its colours have changed. */
  renew(): void {
    this.#stale = true;
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const picture = this.#composer.compose();
    const context = this.element.getContext('2d');
    if (!picture || !context) return;
    const { camera } = this.#session;
    const seen = visibleRectangle(camera.view, camera.screen);
    const { scene } = picture;
    const allSeen = seen.x <= 0 && seen.y <= 0
      && seen.x + seen.width >= scene.width && seen.y + seen.height >= scene.height;
    this.element.hidden = allSeen;
    if (allSeen) return;
    const ratio = devicePixelRatio;
    if (this.#stale) this.#drawCache(picture, ratio);
    const { scaleX, scaleY, width, height } = this.#placement;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#cache, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const left = Math.max(1, margin + seen.x * scaleX);
    const top = Math.max(1, margin + seen.y * scaleY);
    const right = Math.min(width - 1, margin + (seen.x + seen.width) * scaleX);
    const bottom = Math.min(height - 1, margin + (seen.y + seen.height) * scaleY);
    context.strokeStyle = picture.palette.accent;
    context.lineWidth = 1.5;
    context.strokeRect(left, top, Math.max(3, right - left), Math.max(3, bottom - top));
  }

  #drawCache(picture: Picture, ratio: number): void {
    this.#stale = false;
    const { scene: { boxes, width: sceneWidth, height: sceneHeight }, palette, paint } = picture;
    this.#placement = place(sceneWidth, sceneHeight);
    const { width, height, scaleX, scaleY } = this.#placement;
    for (const canvas of [this.#cache, this.element]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.element.style.width = `${width}px`;
    this.element.style.height = `${height}px`;
    const context = this.#cache.getContext('2d', { alpha: false });
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = palette.background;
    context.fillRect(0, 0, width, height);
    context.setTransform(ratio * scaleX, 0, 0, ratio * scaleY, ratio * margin, ratio * margin);
    const [number, colors] = paint.heat ? [paint.fill, paint.fills] : [paint.stripe, paint.stripes];
    const [least, leastHigh] = [1 / scaleX, 1 / scaleY];
    for (let b = 0; b < boxes.count; b++) {
      if (boxes.expanded[b]) continue;
      const color = number[b]!;
      context.fillStyle = paint.heat && color < 2 ? palette.boxBorder : colors[color]!;
      const [w, h] = [Math.max(least, boxes.width[b]!), Math.max(leastHigh, boxes.height[b]!)];
      context.fillRect(boxes.x[b]!, boxes.y[b]!, w, h);
    }
    this.#drawTicks(context, picture);
  }

  /** Marks at the right edge: problems, and what is selected. */
  #drawTicks(context: CanvasRenderingContext2D, picture: Picture): void {
    const { scene: { boxes }, palette, marks } = picture;
    const { width, scaleY } = this.#placement;
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const tick = (b: number, color: string, length: number): void => {
      context.fillStyle = color;
      context.fillRect(width - length, margin + (boxes.y[b]! + boxes.height[b]! / 2) * scaleY - 1, length, 2);
    };
    for (let b = 0; b < boxes.count; b++) {
      const severity = boxes.expanded[b] ? undefined : picture.severity(b);
      if (severity) tick(b, palette[severity], 4);
    }
    if (marks.selected >= 0) tick(marks.selected, palette.accent, width);
  }

  #watchPointer(): void {
    const go = (event: PointerEvent): void => {
      const { camera } = this.#session;
      const { scaleX, scaleY } = this.#placement;
      const at: Point = { x: (event.offsetX - margin) / scaleX, y: (event.offsetY - margin) / scaleY };
      camera.set(keepAt(camera.view, at, { x: camera.screen.width / 2, y: camera.screen.height / 2 }));
    };
    this.element.addEventListener('pointerdown', (event) => {
      if (event.isTrusted) this.element.setPointerCapture(event.pointerId);
      go(event);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (event.buttons & 1) go(event);
    });
  }
}

function place(sceneWidth: number, sceneHeight: number): Placement {
  const room = { width: largest.width - 2 * margin, height: largest.height - 2 * margin };
  const even = Math.min(room.width / Math.max(1, sceneWidth), room.height / Math.max(1, sceneHeight));
  const stretch = (length: number): number => Math.max(even, leastWidth / Math.max(1, length));
  const [scaleX, scaleY] = [stretch(sceneWidth), stretch(sceneHeight)];
  return {
    scaleX,
    scaleY,
    width: Math.ceil(sceneWidth * scaleX) + 2 * margin,
    height: Math.ceil(sceneHeight * scaleY) + 2 * margin,
  };
}
