/** Mouse, touchpad and fingers on the canvas: drag to pan, wheel and pinch to zoom, click to select. */

import type { Camera } from './camera.ts';
import { panBy, zoomAt, type Point } from './viewport.ts';

export interface PointerTargets {
  /** The pointer rests or moves there, without a button; undefined when it left. */
  readonly hover: (at: Point | undefined) => void;
  readonly click: (at: Point) => void;
  readonly doubleClick: (at: Point) => void;
}

/** Movements smaller than this are a click's. */
const clickSlop = 4;
/** A notch of a mouse wheel is 100 to 120 units: a good fifth closer. */
const zoomPerUnit = 0.0018;
/** Browsers report a pinch on a touchpad as a wheel with the control key and small numbers. */
const zoomPerPinchUnit = 0.012;
const unitsPerLine = 16;

export function watchPointer(canvas: HTMLCanvasElement, camera: Camera, targets: PointerTargets): void {
  const down = new Map<number, Point>();
  let travelled = 0;

  const at = (event: MouseEvent): Point => ({ x: event.offsetX, y: event.offsetY });

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button > 1) return;
    // Tests and some remote desktops send events for pointers that are not active.
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    travelled = down.size > 1 ? Infinity : 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    const now = at(event);
    if (!before) {
      targets.hover(now);
      return;
    }
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (down.size === 2) pinch(event.pointerId, before, now);
    else if (travelled >= clickSlop) camera.set(panBy(camera.view, now.x - before.x, now.y - before.y));
    if (down.size === 2 || travelled >= clickSlop) {
      down.set(event.pointerId, now);
      canvas.classList.add('dragged');
    }
  });
  const up = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId)) return;
    canvas.classList.remove('dragged');
    if (event.type === 'pointerup' && event.button === 0 && travelled < clickSlop) targets.click(at(event));
  };
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener('pointerleave', () => targets.hover(undefined));
  canvas.addEventListener('dblclick', (event) => targets.doubleClick(at(event)));
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? unitsPerLine : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey) camera.set(panBy(camera.view, -(dx || dy), 0));
    else camera.set(zoomAt(camera.view, at(event), Math.exp(-dy * (event.ctrlKey ? zoomPerPinchUnit : zoomPerUnit))));
  }, { passive: false });

  const pinch = (moving: number, before: Point, now: Point): void => {
    const other = [...down].find(([id]) => id !== moving)?.[1];
    if (!other) return;
    const factor = Math.hypot(now.x - other.x, now.y - other.y)
      / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    camera.set(panBy(zoomAt(camera.view, middle, factor), (now.x - before.x) / 2, (now.y - before.y) / 2));
  };
}
