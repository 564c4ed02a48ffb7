/** Keeps the samples that a model is calibrated on apart from those it is judged by. */

import { Random } from '../util/random.ts';
import { groupBy } from '../util/group-by.ts';
import type { Dataset } from './dataset.ts';

export interface Split {
  readonly calibration: Dataset;
  readonly evaluation: Dataset;
  readonly training?: Dataset;
  /** What was done, for the report. */
  readonly note: string;
}

/** Calibration never takes more than this share: what is left must still tell good models from bad ones. */
const largestShare = 1 / 4;

/** With fewer samples both use all of them. */
const fewest = 40;

/**
 * Calibration takes `count` samples, as many of each class as there are labels for, and evaluation the rest. The same
 * seed gives the same split; every beginning of the calibration set is balanced too.
 */
export function splitForCalibration(dataset: Dataset, count: number, seed: number): Split {
  const { size } = dataset;
  if (size < fewest) {
    return {
      calibration: dataset,
      evaluation: dataset,
      note: `The data set has only ${size} samples: calibration and evaluation use the same ones.`,
    };
  }
  const taken = Math.max(1, Math.min(count, Math.floor(size * largestShare)));
  const order = dataset.carry ? Array.from({ length: size }, (_, i) => i) : balancedOrder(dataset, seed);
  const calibration = order.slice(0, taken);
  const used = new Set(calibration);
  const rest = Array.from({ length: size }, (_, i) => i).filter((i) => !used.has(i));
  return {
    calibration: dataset.subset(calibration),
    evaluation: dataset.subset(rest),
    note: `${taken} of ${size} samples are used for calibration only; the metric is measured on the other `
      + `${rest.length}.`,
  };
}

/** What training may take of a set that is measured on as well. */
const trainingShare = 4 / 5;

/**
 * The same where a run trains: four of five samples are trained on, `count` of them serve for calibration too, and
 * evaluation takes the rest.
 */
export function splitForTraining(dataset: Dataset, count: number, seed: number): Split {
  const { size } = dataset;
  const order = dataset.carry ? Array.from({ length: size }, (_, i) => i) : balancedOrder(dataset, seed);
  const taken = Math.max(1, Math.min(size - 1, Math.round(size * trainingShare)));
  const evaluation = size === 1 ? dataset : dataset.subset(order.slice(taken).sort((a, b) => a - b));
  return {
    calibration: dataset.subset(order.slice(0, Math.min(count, taken))),
    training: dataset.subset(order.slice(0, taken)),
    evaluation,
    note: `${taken} of ${size} samples are used for training; the metric is measured on the other ${evaluation.size}.`,
  };
}

/** All indices, classes taking turns, at random within a class. */
function balancedOrder(dataset: Dataset, seed: number): number[] {
  const random = new Random(seed, 0x5eed);
  const classes = groupBy(Array.from({ length: dataset.size }, (_, i) => i), (i) => {
    const label = dataset.label(i);
    return typeof label === 'number' ? label : undefined;
  });
  const queues = random.shuffle([...classes.values()].map((members) => random.shuffle(members)));
  const longest = Math.max(...queues.map((queue) => queue.length));
  const order: number[] = [];
  for (let turn = 0; turn < longest; turn++) {
    for (const queue of queues) {
      const index = queue[turn];
      if (index !== undefined) order.push(index);
    }
  }
  return order;
}

/**
 * `evaluation` without the samples that are in `calibration` too; unchanged when fewer than half would be left.
 *
 * @param use what the samples of `calibration` are used for, for the note
 */
export function withoutCalibration(
  evaluation: Dataset,
  calibration: Dataset,
  use = 'calibration',
): { dataset: Dataset; note?: string } {
  if (evaluation.origin !== calibration.origin || evaluation.synthetic) return { dataset: evaluation };
  const used = new Set(Array.from({ length: calibration.size }, (_, i) => calibration.id(i)));
  const rest = Array.from({ length: evaluation.size }, (_, i) => i).filter((i) => !used.has(evaluation.id(i)));
  const common = evaluation.size - rest.length;
  if (common === 0) return { dataset: evaluation };
  if (rest.length < evaluation.size / 2) {
    return {
      dataset: evaluation,
      note: `${common} of the ${evaluation.size} evaluation samples are used for ${use} too.`,
    };
  }
  return {
    dataset: evaluation.subset(rest),
    note: `${common} samples that are used for ${use} are left out of the evaluation: the metric is measured on `
      + `${rest.length}.`,
  };
}

/** The least and the most samples that a training run keeps back to judge itself by. */
const fewestHeldOut = 32;
const mostHeldOut = 1000;

export interface HeldOut {
  readonly training: Dataset;
  /** Absent where there are too few samples to spare any. */
  readonly heldOut?: Dataset;
}

/** A tenth of the samples, as many of each class as there are labels for, is kept back: no step learns from them. */
export function holdOut(dataset: Dataset, seed: number): HeldOut {
  const { size } = dataset;
  const count = Math.min(mostHeldOut, Math.max(fewestHeldOut, Math.round(size / 10)));
  if (count > size / 4) return { training: dataset };
  const order = balancedOrder(dataset, seed ^ 0x401d);
  const inOrder = (indices: number[]): number[] => indices.sort((a, b) => a - b);
  return {
    training: dataset.subset(inOrder(order.slice(count))),
    heldOut: dataset.subset(inOrder(order.slice(0, count))),
  };
}
