/** What `finetune` and `distill` share: the training itself, and the verdict on its result. */

import type { TrainingResult } from '../../../../protocol/results/training.ts';
import { trainingSentence } from '../../../../protocol/results/training-words.ts';
import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { BlockedOperator } from '../../train/trainer-options.ts';
import type { TrainingSettings } from '../../train/run/settings.ts';
import { trainStudent } from '../../train/run/train-student.ts';
import { changeInWords, plural } from '../../util/words.ts';
import type { PassContext, PassNote, PassResult, Verdict } from '../pass.ts';
import { KeptSometimes } from './kept-sometimes.ts';
import { zeroMasks } from './zero-masks.ts';

export interface TrainStep {
  /** The step's name, for messages. */
  readonly name: string;
  readonly student: Model;
  readonly teacher?: Model | undefined;
  readonly labelShare: number;
  readonly temperature: number;
  readonly smoothing: number;
  readonly settings: TrainingSettings;
}

/** @throws LatheError `DATA` without training data, and as `trainStudent` */
export async function trainStep(step: TrainStep, context: PassContext): Promise<PassResult> {
  const { student, name } = step;
  const data = context.training ?? context.calibration;
  if (!data) {
    throw new LatheError('DATA', `The step "${name}" needs training data.`, {
      fix: 'Name them under "data:" as "training:", or give --data.',
    });
  }
  const { judge } = context;
  const before = await judge?.evaluate(student);
  const kept = judge && new KeptSometimes(judge);
  const masks = zeroMasks(student);
  const { model, training, blocked } = await trainStudent({
    ...step,
    data,
    ...(masks.size > 0 && { masks }),
    runtime: context.runtime,
    threads: context.threads,
    seed: context.seed,
    progress: context.progress,
    control: context.control,
    signal: context.signal,
    checkpointPath: context.checkpointPath,
    onCurve: context.onCurve,
    ...(kept && { onBest: (best) => kept.offer(best) }),
  });
  const notes = trainingNotes(training, blocked);
  if (masks.size > 0) {
    const message = `Zeros in ${plural(masks.size, 'weight')} stayed zeros.`;
    notes.push({ severity: 'info', message });
  }
  const after = await judge?.evaluate(model);
  if (before && after && after.drop > before.drop) {
    notes.push(undoneNote(before, after));
    return { model: student, layers: [], notes, training };
  }
  return { model, layers: [], notes, training };
}

/** What is worth saying of a training. */
export function trainingNotes(training: TrainingResult, blocked: readonly BlockedOperator[]): PassNote[] {
  return [trainedNote(training), ...blockedNotes(blocked)];
}

/** What happened, and a warning where it did not help. */
function trainedNote(training: TrainingResult): PassNote {
  const { bestStep, resumedAt, heldOut } = training;
  const resumed = resumedAt === undefined ? '' : ` It was taken up again at step ${resumedAt}.`;
  return {
    severity: bestStep === 0 || heldOut === 0 ? 'warning' : 'info',
    message: `${trainingSentence(training)}${resumed}`,
  };
}

function blockedNotes(blocked: readonly BlockedOperator[]): PassNote[] {
  return blocked.map(({ node, opType, weights }) => ({
    severity: 'warning',
    message: `There is no gradient for ${opType}: ${plural(weights.length, 'weight')} before it did not learn.`,
    node,
  }));
}

function undoneNote(before: Verdict, after: Verdict): PassNote {
  const change = changeInWords(after.metric, before.drop - after.drop);
  const message = `Training was undone: on the evaluation data ${after.metric} got worse (${change}, `
    + `${plural(after.samples, 'sample')}).`;
  return { severity: 'warning', message };
}
