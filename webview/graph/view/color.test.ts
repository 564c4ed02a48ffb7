import { describe, expect, it } from 'vitest';
import { heatScale } from '../overlay/heat-colors.ts';
import { contrast, cssColor, luminance, mix, parseColor, textOn, type Rgb } from './color.ts';
import { paletteOf } from './palette.ts';

const themes = ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const;
const paletteFor = (kind: (typeof themes)[number]): ReturnType<typeof paletteOf> =>
  paletteOf({ kind, forcedColors: false, reducedMotion: false, color: (_, fallback) => fallback });

describe('colours', () => {
  it('reads what themes write', () => {
    expect(parseColor('#fff')).toEqual([255, 255, 255]);
    expect(parseColor('#1a2B3c80')).toEqual([26, 43, 60]);
    expect(parseColor('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3]);
    expect(parseColor('CanvasText')).toBeUndefined();
  });

  it('has the luminance and contrast that WCAG gives', () => {
    expect(luminance([255, 255, 255])).toBeCloseTo(1);
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    // The lightest grey that passes 4.5:1 on white.
    expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
  });

  it('blends to both ends', () => {
    const [a, b]: [Rgb, Rgb] = [[10, 20, 30], [200, 100, 50]];
    expect(cssColor(mix(a, b, 0))).toBe(cssColor(a));
    expect(cssColor(mix(a, b, 1))).toBe(cssColor(b));
  });
});

describe.each(themes)('the heat map in %s', (kind) => {
  const palette = paletteFor(kind);

  it('grows steadily in lightness, so that it can be read without seeing colours', () => {
    const lightness = heatScale(palette, 6, 'high').map(luminance);
    const sorted = [...lightness].sort((a, b) => (palette.dark ? a - b : b - a));
    expect(lightness).toEqual(sorted);
    expect(new Set(lightness).size).toBe(6);
  });

  it('has the bad colour at the bad end', () => {
    expect(heatScale(palette, 6, 'low')).toEqual(heatScale(palette, 6, 'high').reverse());
  });

  it('carries readable text on every colour', () => {
    for (const color of heatScale(palette, 7, 'high')) {
      expect(contrast(color, parseColor(textOn(color))!)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
