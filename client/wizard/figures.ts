/** Predicted figures in words. */

import type { Prediction } from '../../protocol/advice.ts';
import { bytesInWords, ratioInWords } from '../../protocol/words.ts';

/** Nearer to 1 than this is no difference that a prediction can tell. */
const noticeable = 0.05;

/** "400 kB → 110 kB, 3.6x smaller, about 1.5x faster"; a speed that nobody can know is said to be measured. */
export function predictionText({ sizeBytes, originalBytes, latencyRatio }: Prediction): string {
  const smaller = sizeBytes > 0 ? originalBytes / sizeBytes : 0;
  const parts = [`${bytesInWords(originalBytes)} → ${bytesInWords(sizeBytes)}`];
  if (smaller > 1 + noticeable) parts.push(`${ratioInWords(smaller)} smaller`);
  parts.push(latencyRatio === null ? 'speed measured at the end' : speedText(latencyRatio));
  return parts.join(', ');
}

function speedText(ratio: number): string {
  if (Math.abs(ratio - 1) < noticeable) return 'about as fast';
  return ratio > 1 ? `about ${ratioInWords(ratio)} faster` : `about ${ratioInWords(1 / ratio)} slower`;
}
