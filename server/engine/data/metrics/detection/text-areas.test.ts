import { describe, expect, it } from 'vitest';
import { tensorValue } from '../../../tensor/tensor-value.ts';
import { textAreas } from './text-areas.ts';

/** A map of the characters' digits, in tenths; a dot is nothing. */
function mapOf(rows: readonly string[]): ReturnType<typeof tensorValue> {
  const values = rows.flatMap((row) => row.split('').map((c) => (c === '.' ? 0 : Number(c) / 10)));
  return tensorValue('float32', [1, 1, rows.length, rows[0]!.length], Float32Array.from(values));
}

describe('text areas', () => {
  it('boxes connected pixels, diagonals included, and grows them back', () => {
    const map = mapOf([
      '..........',
      '.9999.....',
      '.9999...4.',
      '.9999.444.',
      '.....4444.',
      '.....444..',
    ]);
    // Both areas touch at a corner: one box, the size of the whole.
    const [whole, ...none] = textAreas(map, 0, { unclip: 0 });
    expect(none).toEqual([]);
    expect(whole).toMatchObject({ classIndex: 0, left: 1, top: 1, width: 8, height: 5 });
    expect(whole!.score).toBeCloseTo((12 * 0.9 + 11 * 0.4) / 40, 6);
    const strict = textAreas(map, 0, { pixelThreshold: 0.5, unclip: 1.5 });
    // 4 x 3 pixels grow by 12 * 1.5 / 14 on every side.
    const grown = 18 / 14;
    expect(strict).toHaveLength(1);
    expect(strict[0]!.left).toBeCloseTo(1 - grown, 9);
    expect(strict[0]!.width).toBeCloseTo(4 + 2 * grown, 9);
    expect(strict[0]!.height).toBeCloseTo(3 + 2 * grown, 9);
    expect(strict[0]!.score).toBeCloseTo(0.9, 6);
  });

  it('drops what is too small or too unlikely, and refuses what is no map', () => {
    expect(textAreas(mapOf(['99', '99']), 0, {})).toEqual([]);
    expect(textAreas(mapOf(['999', '999', '999']), 0.95, {})).toEqual([]);
    const two = tensorValue('float32', [1, 2, 3, 3], new Float32Array(18));
    expect(() => textAreas(two, 0, {})).toThrow('[1, 1, height, width]');
  });
});
