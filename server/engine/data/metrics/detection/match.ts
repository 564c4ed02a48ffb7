/** Which detections of a picture are right, at each overlap that COCO asks for. */

import { groupBy } from '../../../util/group-by.ts';
import type { Box } from '../../dataset.ts';
import { boxOverlap, type Detection } from './detection.ts';

/** Intersection over union from which a detection counts as right: 0.5, 0.55, … 0.95. */
export const overlapThresholds: readonly number[] = Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i);

/** Detections of one class in one picture that count, the strongest; COCO's limit. */
const mostPerClass = 100;

export interface MatchedDetection {
  readonly classIndex: number;
  readonly score: number;
  /** Bit t: right at `overlapThresholds[t]`. */
  readonly right: number;
  /** Bit t: in a crowd, so neither right nor wrong. */
  readonly ignored: number;
}

export interface MatchedPicture {
  readonly detections: readonly MatchedDetection[];
  /** Boxes to find, by class. */
  readonly wanted: ReadonlyMap<number, number>;
}

/** COCO's matching: the strongest detection chooses first, the box that it overlaps most, each box once. */
export function matchPicture(detections: readonly Detection[], boxes: readonly Box[]): MatchedPicture {
  const classes = groupBy(boxes, ({ classIndex }) => classIndex);
  const wanted = new Map([...classes].map(([classIndex, members]) =>
    [classIndex, members.filter(({ crowd }) => crowd !== true).length]));
  const found = groupBy(detections, ({ classIndex }) => classIndex);
  const matched: MatchedDetection[] = [];
  for (const [classIndex, members] of found) {
    const strongest = members.toSorted((a, b) => b.score - a.score).slice(0, mostPerClass);
    matched.push(...matchClass(strongest, classes.get(classIndex) ?? []));
  }
  return { detections: matched, wanted };
}

function matchClass(detections: readonly Detection[], boxes: readonly Box[]): MatchedDetection[] {
  // Crowds last: a detection goes to one only when no box of its own is left.
  const sorted = boxes.toSorted((a, b) => Number(a.crowd ?? false) - Number(b.crowd ?? false));
  const overlaps = detections.map((detection) => sorted.map((box) => boxOverlap(detection, box, box.crowd)));
  const right = new Uint16Array(detections.length);
  const ignored = new Uint16Array(detections.length);
  for (const [t, threshold] of overlapThresholds.entries()) {
    const taken = new Set<number>();
    for (const [d, row] of overlaps.entries()) {
      let best = Math.min(threshold, 1 - 1e-10);
      let chosen = -1;
      for (const [b, overlap] of row.entries()) {
        const crowd = sorted[b]!.crowd === true;
        if (taken.has(b) && !crowd) continue;
        if (chosen >= 0 && sorted[chosen]!.crowd !== true && crowd) break;
        if (overlap < best) continue;
        best = overlap;
        chosen = b;
      }
      if (chosen < 0) continue;
      if (sorted[chosen]!.crowd === true) ignored[d] = ignored[d]! | (1 << t);
      else {
        taken.add(chosen);
        right[d] = right[d]! | (1 << t);
      }
    }
  }
  return detections.map(({ classIndex, score }, d) => ({ classIndex, score, right: right[d]!, ignored: ignored[d]! }));
}
