/** Widths of texts as the canvas will draw them. */

import { currentTheme } from '../../ui/theme.ts';
import { metrics, type Measure } from './labels.ts';
import { paletteOf } from './palette.ts';

export function textMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const { fontFamily } = paletteOf(currentTheme());
  return (text, bold) => {
    if (!context) return text.length * 7;
    context.font = bold ? `600 ${metrics.titleFont}px ${fontFamily}` : `${metrics.detailFont}px ${fontFamily}`;
    return context.measureText(text).width;
  };
}
