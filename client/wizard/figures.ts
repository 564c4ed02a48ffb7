/** Predicted figures in words. */

import type { Prediction } from '../../protocol/advice.ts';

const units = ['B', 'KB', 'MB', 'GB'] as const;

/** "391 KB", "12.4 MB": thousands, as file managers count. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]!}`;
}

/** "400 KB → 110 KB, 3.6x smaller, about 1.5x faster". */
export function predictionText({ sizeBytes, originalBytes, latencyRatio }: Prediction): string {
  const smaller = sizeBytes > 0 ? originalBytes / sizeBytes : 0;
  const parts = [`${sizeText(originalBytes)} → ${sizeText(sizeBytes)}`];
  if (smaller > 1.005) parts.push(`${smaller.toFixed(1)}x smaller`);
  if (latencyRatio !== null) parts.push(speedText(latencyRatio));
  return parts.join(', ');
}

function speedText(ratio: number): string {
  if (Math.abs(ratio - 1) < 0.05) return 'about as fast';
  return ratio > 1 ? `about ${ratio.toFixed(1)}x faster` : `about ${(1 / ratio).toFixed(1)}x slower`;
}
