/** The part of the scene that is on the screen. Pure: every change gives a new viewport. */

/** Screen = (world - x, y) * scale, all in CSS pixels. */
export interface Viewport {
  readonly scale: number;
  /** The world's point at the left upper corner. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const scaleLimits = { smallest: 0.002, largest: 4 } as const;

export function toWorld(view: Viewport, point: Point): Point {
  return { x: view.x + point.x / view.scale, y: view.y + point.y / view.scale };
}

export function toScreen(view: Viewport, point: Point): Point {
  return { x: (point.x - view.x) * view.scale, y: (point.y - view.y) * view.scale };
}

/** What of the world the screen shows. */
export function visibleRectangle(view: Viewport, screen: Size): Rectangle {
  return { x: view.x, y: view.y, width: screen.width / view.scale, height: screen.height / view.scale };
}

/** Zooms by `factor` (above 1 is closer), so that what is at `at` on the screen stays there. */
export function zoomAt(view: Viewport, at: Point, factor: number): Viewport {
  const scale = Math.min(scaleLimits.largest, Math.max(scaleLimits.smallest, view.scale * factor));
  return keepAt({ ...view, scale }, toWorld(view, at), at);
}

/** Moves the content by screen pixels. */
export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return { scale: view.scale, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

/** The same scale, with the world's `point` at `at` on the screen. */
export function keepAt(view: Viewport, point: Point, at: Point): Viewport {
  return { scale: view.scale, x: point.x - at.x / view.scale, y: point.y - at.y / view.scale };
}

/** The whole rectangle, in the middle of the screen, at most at `closest`. */
export function fit(area: Rectangle, screen: Size, margin = 24, closest = 1): Viewport {
  const free = { width: Math.max(1, screen.width - 2 * margin), height: Math.max(1, screen.height - 2 * margin) };
  const scale = Math.max(
    scaleLimits.smallest,
    Math.min(closest, free.width / Math.max(1, area.width), free.height / Math.max(1, area.height)),
  );
  return {
    scale,
    x: area.x + area.width / 2 - screen.width / 2 / scale,
    y: area.y + area.height / 2 - screen.height / 2 / scale,
  };
}

/**
 * The smallest move (and, where the area is too large, the smallest zoom) that brings the rectangle into view.
 * `covered` pixels at the lower edge of the screen lie under something else.
 */
export function bringIntoView(view: Viewport, area: Rectangle, whole: Size, covered = 0, margin = 60): Viewport {
  const screen = { width: whole.width, height: Math.max(1, whole.height - covered) };
  const fits = (area.width * view.scale <= screen.width - 2 * margin)
    && (area.height * view.scale <= screen.height - 2 * margin);
  if (!fits) return fit(area, screen, margin, view.scale);
  const left = (area.x - view.x) * view.scale;
  const top = (area.y - view.y) * view.scale;
  const right = left + area.width * view.scale;
  const bottom = top + area.height * view.scale;
  const dx = left < margin ? margin - left : Math.min(0, screen.width - margin - right);
  const dy = top < margin ? margin - top : Math.min(0, screen.height - margin - bottom);
  return dx === 0 && dy === 0 ? view : panBy(view, dx, dy);
}

/** Between two viewports; `t` runs from 0 to 1. Scales are blended by their logarithm, so that zooming looks even. */
export function blend(a: Viewport, b: Viewport, screen: Size, t: number): Viewport {
  const scale = a.scale * (b.scale / a.scale) ** t;
  const half = { x: screen.width / 2, y: screen.height / 2 };
  const from = toWorld(a, half);
  const to = toWorld(b, half);
  const centre = { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
  return keepAt({ scale, x: 0, y: 0 }, centre, half);
}
