import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellAt, foldedLayout, foldedMargin } from './folded-layout.ts';

const screen = { width: 960, height: 760 };

it('shows every layer of every model on one screen', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 60_000 }), (count) => {
    const layout = foldedLayout(count, screen);
    expect(layout.rows * layout.columns).toBeGreaterThanOrEqual(count);
    expect(layout.rows * layout.cellHeight).toBeLessThanOrEqual(screen.height);
    expect(layout.columns * layout.columnWidth).toBeLessThanOrEqual(screen.width);
  }));
});

it('finds the cell that was drawn there', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 30_000 }), fc.nat(), (count, pick) => {
    const layout = foldedLayout(count, screen);
    const cell = pick % count;
    const [column, row] = [Math.floor(cell / layout.rows), cell % layout.rows];
    const x = foldedMargin + column * layout.columnWidth + layout.stripWidth / 2;
    const y = foldedMargin + (row + 0.5) * layout.cellHeight;
    expect(cellAt(layout, count, x, y)).toBe(cell);
  }));
});

it('finds nothing beside the cells', () => {
  const layout = foldedLayout(10, screen);
  expect(cellAt(layout, 10, 2, 2)).toBe(-1);
  expect(cellAt(layout, 10, screen.width - 2, screen.height - 2)).toBe(-1);
});

it('writes words where there is room', () => {
  expect(foldedLayout(70, screen).labelled).toBe(true);
  expect(foldedLayout(20_000, screen).labelled).toBe(false);
});
