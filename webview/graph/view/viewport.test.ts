import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  blend, bringIntoView, fit, panBy, scaleLimits, toScreen, toWorld, visibleRectangle, zoomAt,
} from './viewport.ts';

const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const view = fc.record({ scale: fc.double({ min: 0.01, max: 3, noNaN: true }), x: number, y: number });
const point = fc.record({ x: fc.nat(1000), y: fc.nat(1000) });
const screen = { width: 800, height: 600 };

it('keeps what is under the pointer while zooming', () => {
  fc.assert(fc.property(view, point, fc.double({ min: 0.2, max: 5, noNaN: true }), (before, at, factor) => {
    const after = zoomAt(before, at, factor);
    const world = toWorld(before, at);
    expect(toScreen(after, world).x).toBeCloseTo(at.x, 3);
    expect(toScreen(after, world).y).toBeCloseTo(at.y, 3);
    expect(after.scale).toBeGreaterThanOrEqual(scaleLimits.smallest);
    expect(after.scale).toBeLessThanOrEqual(scaleLimits.largest);
  }));
});

it('moves the content with the pointer', () => {
  const before = { scale: 2, x: 10, y: 20 };
  const after = panBy(before, 30, -10);
  expect(toScreen(after, { x: 50, y: 50 }).x - toScreen(before, { x: 50, y: 50 }).x).toBe(30);
  expect(toScreen(after, { x: 50, y: 50 }).y - toScreen(before, { x: 50, y: 50 }).y).toBe(-10);
});

it('fits an area into the screen, in its middle', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 50_000 }), (width, height) => {
    const area = { x: 5, y: -7, width, height };
    const seen = visibleRectangle(fit(area, screen), screen);
    expect(seen.x).toBeLessThanOrEqual(area.x);
    expect(seen.y + seen.height).toBeGreaterThanOrEqual(area.y + height - 1e-6);
    expect(seen.x + seen.width / 2).toBeCloseTo(area.x + width / 2, 3);
  }));
});

it('brings an area into view and leaves the view alone where it is already', () => {
  const area = { x: 100, y: 100, width: 80, height: 40 };
  const there = { scale: 1, x: 0, y: 0 };
  expect(bringIntoView(there, area, screen)).toBe(there);
  fc.assert(fc.property(view, (before) => {
    const seen = visibleRectangle(bringIntoView(before, area, screen), screen);
    expect(seen.x).toBeLessThanOrEqual(area.x + 1e-6);
    expect(seen.y).toBeLessThanOrEqual(area.y + 1e-6);
    expect(seen.x + seen.width).toBeGreaterThanOrEqual(area.x + area.width - 1e-6);
    expect(seen.y + seen.height).toBeGreaterThanOrEqual(area.y + area.height - 1e-6);
  }));
});

it('glides from one view to the other', () => {
  const [a, b] = [{ scale: 0.5, x: 0, y: 0 }, { scale: 2, x: 300, y: 400 }];
  expect(blend(a, b, screen, 0).x).toBeCloseTo(a.x);
  expect(blend(a, b, screen, 1).y).toBeCloseTo(b.y);
  expect(blend(a, b, screen, 0.5).scale).toBeCloseTo(1);
});
