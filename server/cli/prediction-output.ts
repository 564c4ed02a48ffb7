/** What a recipe would do, as text. */

import { bytesInWords } from '../../protocol/words.ts';
import type { RecipePrediction } from '../engine/recipe/predict.ts';
import { shorten, table } from './table.ts';

const longestName = 48;

/** Layer by layer, then the whole; all from the structure of the file. */
export function predictionText({ layers, notes, sizeBytes, originalBytes, basis }: RecipePrediction): string {
  const rows = layers.map(({ name, opType, action, weightBytes, predictedBytes }) =>
    [shorten(name, longestName), opType, action, bytesInWords(weightBytes), bytesInWords(predictedBytes)]);
  const parts = rows.length === 0
    ? []
    : [table([['layer', 'operator', 'would become', 'bytes', 'then'], ...rows], { header: true, right: [3, 4] })];
  if (notes.length > 0) parts.push(notes.map(({ message }) => message).join('\n'));
  parts.push(`File: ${bytesInWords(originalBytes)}, then about ${bytesInWords(sizeBytes)}. ${basis}`);
  return parts.join('\n\n');
}
