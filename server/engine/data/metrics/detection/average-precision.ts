/** Average precision as COCO computes it: 101 recalls, the mean over classes and overlaps. */

import { groupBy } from '../../../util/group-by.ts';
import { overlapThresholds, type MatchedPicture } from './match.ts';

interface ClassTable {
  /** Pictures and their boxes of the class to find. */
  readonly wanted: readonly (readonly [picture: number, boxes: number])[];
  /** Strongest first. */
  readonly pictures: Int32Array;
  readonly right: Uint16Array;
  readonly ignored: Uint16Array;
}

const recalls = 101;

/** Recalls 0, 0.01, … 1; multiplied as NumPy's linspace does, since many recalls lie right on them. */
const recallAt = (index: number): number => index * 0.01;

export interface PrecisionTable {
  /** Mean average precision when picture i counts `counts[i]` times; NaN when there is nothing to find. */
  readonly mean: (counts: ArrayLike<number>) => number;
  /** Steps of work of one call. */
  readonly cost: number;
}

/** @param thresholds how many of `overlapThresholds` are averaged over, from the first on: 1 is mAP50, 10 COCO's AP */
export function precisionTable(pictures: readonly MatchedPicture[], thresholds: number): PrecisionTable {
  const tables = classTables(pictures);
  const longest = Math.max(0, ...tables.map((table) => table.pictures.length));
  const precision = new Float64Array(longest);
  const recall = new Float64Array(longest);
  const used = Math.min(thresholds, overlapThresholds.length);
  return {
    cost: tables.reduce((sum, table) => sum + table.pictures.length, 0) * used,
    mean: (counts) => {
      let sum = 0;
      let terms = 0;
      for (const table of tables) {
        let boxes = 0;
        for (const [picture, count] of table.wanted) boxes += count * counts[picture]!;
        if (boxes === 0) continue;
        for (let t = 0; t < used; t++) {
          sum += averagePrecision(table, 1 << t, boxes, counts, precision, recall);
          terms += 1;
        }
      }
      return terms === 0 ? NaN : sum / terms;
    },
  };
}

function averagePrecision(
  table: ClassTable,
  bit: number,
  boxes: number,
  counts: ArrayLike<number>,
  precision: Float64Array,
  recall: Float64Array,
): number {
  let right = 0;
  let wrong = 0;
  let length = 0;
  for (let i = 0; i < table.pictures.length; i++) {
    const count = counts[table.pictures[i]!]!;
    if (count === 0 || (table.ignored[i]! & bit) !== 0) continue;
    if ((table.right[i]! & bit) !== 0) right += count;
    else wrong += count;
    precision[length] = right / (right + wrong);
    recall[length] = right / boxes;
    length += 1;
  }
  let sum = 0;
  let best = 0;
  let r = recalls - 1;
  // From the end: the precision at a recall is the best one at that recall or beyond.
  for (let i = length - 1; i >= 0; i--) {
    while (r >= 0 && recallAt(r) > recall[i]!) {
      sum += best;
      r -= 1;
    }
    best = Math.max(best, precision[i]!);
  }
  return (sum + best * (r + 1)) / recalls;
}

function classTables(pictures: readonly MatchedPicture[]): ClassTable[] {
  const searched = pictures.flatMap(({ wanted }, picture) =>
    [...wanted].map(([classIndex, boxes]) => ({ classIndex, picture, boxes })));
  const wanted = groupBy(searched, ({ classIndex }) => classIndex);
  const rows = pictures.flatMap(({ detections }, picture) =>
    detections.map((detection) => ({ ...detection, picture })));
  const byClass = groupBy(rows, ({ classIndex }) => classIndex);
  return [...wanted].map(([classIndex, list]) => {
    const sorted = (byClass.get(classIndex) ?? []).toSorted((a, b) => b.score - a.score);
    return {
      wanted: list.map(({ picture, boxes }) => [picture, boxes] as const),
      pictures: Int32Array.from(sorted, ({ picture }) => picture),
      right: Uint16Array.from(sorted, ({ right }) => right),
      ignored: Uint16Array.from(sorted, ({ ignored }) => ignored),
    };
  });
}
