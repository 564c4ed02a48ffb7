/** The metrics `map50` and `map`: COCO's average precision at an overlap of 0.5, and over 0.5 to 0.95. */

import { LatheError } from '../../../errors.ts';
import { isBoxes } from '../../dataset.ts';
import { bootstrapInterval } from '../intervals.ts';
import type { DetectionSpec } from '../metric-schema.ts';
import type { Metric } from '../metric.ts';
import type { OutputChoice } from '../outputs.ts';
import { nothingMeasured } from '../ratio-metric.ts';
import { precisionTable } from './average-precision.ts';
import { decodeDetections } from './decode.ts';
import { matchPicture, overlapThresholds, type MatchedPicture } from './match.ts';

export function meanAveragePrecision(
  name: 'map50' | 'map',
  decoder: DetectionSpec,
  choice: OutputChoice,
  seed: number,
): Metric {
  const thresholds = name === 'map50' ? 1 : overlapThresholds.length;
  const traits = { name, higherIsBetter: true, unit: 'fraction' } as const;
  return {
    ...traits,
    needs: 'labels',
    run: () => {
      const ids: string[] = [];
      const pictures: MatchedPicture[] = [];
      return {
        add({ id, label, geometry }, outputs) {
          if (!isBoxes(label) || !geometry) {
            throw new LatheError('DATA', `"${name}" needs pictures with boxes; "${id}" has none.`, {
              fix: 'Give boxes in "labels:", as a COCO file has them.',
            });
          }
          ids.push(id);
          pictures.push(matchPicture(decodeDetections(outputs, decoder, geometry, choice), label));
        },
        result: () => {
          const size = ids.length;
          if (size === 0) throw nothingMeasured(name);
          const { mean, cost } = precisionTable(pictures, thresholds);
          const value = mean(new Uint8Array(size).fill(1));
          return {
            ...traits,
            value,
            samples: size,
            ci95: bootstrapInterval(value, size, mean, cost, seed),
            rightOrWrong: false,
            perSample: Float64Array.from(pictures, (picture) => precisionTable([picture], thresholds).mean([1])),
            sampleIds: [...ids],
            classes: new Int32Array(size).fill(-1),
            resample: mean,
            resampleCost: cost,
          };
        },
      };
    },
  };
}
