/** Non-maximum suppression: of detections that overlap, the strongest stays. */

import { boxOverlap, type Detection } from './detection.ts';

/** Detections beyond this many, the weakest, are not looked at: they cannot change a figure that counts 100 a class. */
const mostCandidates = 3000;

/** The survivors, strongest first. `iou` is the overlap that two of a class may have. */
export function suppressOverlaps(detections: readonly Detection[], iou: number, classAgnostic: boolean): Detection[] {
  const sorted = detections.toSorted((a, b) => b.score - a.score).slice(0, mostCandidates);
  const kept: Detection[] = [];
  const byClass = new Map<number, Detection[]>();
  for (const detection of sorted) {
    const key = classAgnostic ? 0 : detection.classIndex;
    const rivals = byClass.get(key) ?? [];
    if (rivals.some((rival) => boxOverlap(rival, detection) > iou)) continue;
    rivals.push(detection);
    byClass.set(key, rivals);
    kept.push(detection);
  }
  return kept;
}
