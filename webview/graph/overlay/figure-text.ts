/** A figure of an overlay in its unit. */

import { bytesInWords, countInWords, decibels, significant } from '../../ui/format.ts';

export function figureText(value: number, unit: string): string {
  if (Number.isNaN(value)) return '–';
  if (unit === 'bytes') return bytesInWords(value);
  if (unit === 'dB') return decibels(value);
  if (unit === '') return Math.abs(value) >= 1000 ? countInWords(value) : significant(value);
  return `${significant(value)} ${unit}`;
}
