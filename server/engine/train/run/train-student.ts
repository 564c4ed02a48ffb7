/** Trains a student from labels, from a teacher, or from both: what all steps that train share. */

import type { ScorePoint, TrainingResult } from '../../../../protocol/results/training.ts';
import type { Dataset } from '../../data/dataset.ts';
import { batchesPerEpoch } from '../../data/training/batches.ts';
import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { Runtime, Session } from '../../runtime/runtime.ts';
import type { Feeds } from '../../tensor/tensor-value.ts';
import type { Optimizer } from '../optimizer.ts';
import type { BlockedOperator } from '../trainer-options.ts';
import type { Batched } from './batched.ts';
import type { TrainingControl } from './control.ts';
import { fingerprintOf } from './fingerprint.ts';
import { HeldOut } from './held-out.ts';
import { runLoop, type LoopResult } from './loop.ts';
import type { LossPoint } from './loss-curve.ts';
import { prepareNetworks, type Networks } from './networks.ts';
import { objectiveOf } from './objective.ts';
import type { RateRange } from './range-test.ts';
import { runRows } from './rows.ts';
import { defaultMinutes, defaultPatience, type TrainingSettings } from './settings.ts';
import { StudentLearner } from './student-learner.ts';
import { Teacher } from './teacher.ts';

/** Points of the curves as they come. */
export interface CurveUpdate {
  readonly metric: string;
  readonly stepsPlanned: number;
  readonly losses: readonly LossPoint[];
  readonly scores: readonly ScorePoint[];
  readonly paused: boolean;
}

export interface StudentTraining {
  readonly student: Model;
  /** Learned from where it is given. */
  readonly teacher?: Model | undefined;
  /** Share of the labels in the loss; 0 leaves them out. */
  readonly labelShare: number;
  readonly temperature: number;
  readonly smoothing: number;
  readonly data: Dataset;
  readonly settings: TrainingSettings;
  /** Weights that are zero and stay so, by initializer: 0 for those. */
  readonly masks?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Factors on the learning rate, by layers or weights. */
  readonly rates?: readonly { readonly layers: string; readonly factor: number }[] | undefined;
  /** How onnxruntime runs the student, where it has operators that only training knows. */
  readonly runnable?: ((model: Model) => Model) | undefined;
  readonly runtime: () => Promise<Runtime>;
  readonly threads: number;
  readonly seed: number;
  readonly progress: (phase: string, done: number, total: number) => void;
  readonly control?: TrainingControl | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where the run keeps itself, so that it can be taken up after it was killed. */
  readonly checkpointPath?: string | undefined;
  readonly onCurve?: ((update: CurveUpdate) => void) | undefined;
  /** Told about the model with the best weights so far. */
  readonly onBest?: ((model: Model) => Promise<void>) | undefined;
}

export interface TrainedStudent {
  /** The student with the best weights: that of the beginning where nothing better was found. */
  readonly model: Model;
  readonly training: TrainingResult;
  /** Operators without a gradient, and the weights that stayed as they were because of them. */
  readonly blocked: readonly BlockedOperator[];
}

/** Learning rates to try, by optimizer. */
const ranges: Readonly<Record<TrainingSettings['optimizer'], RateRange>> = {
  adamw: { from: 1e-5, to: 0.1, steps: 50 },
  adam: { from: 1e-5, to: 0.1, steps: 50 },
  sgd: { from: 1e-4, to: 3, steps: 50 },
};

/** Gradients longer than this are cut: one odd batch must not undo what was learned. */
const longestGradient = 5;

/**
 * @throws LatheError `DATA` when the data do not fit student, teacher or labels; `UNSUPPORTED` when nothing can learn;
 *   `CANCELLED`, with a checkpoint left behind
 */
export async function trainStudent(options: StudentTraining): Promise<TrainedStudent> {
  const { settings } = options;
  const networks = await prepareNetworks(options);
  const { training, heldOut, batch, teacher } = networks;
  const labelShare = labelShareOf(options, networks.student);
  const { learner, metric } = await openLearner(options, networks, labelShare);
  try {
    const result = await runLoop(learner, {
      data: training,
      batch,
      seed: options.seed,
      budget: settings.epochs === undefined ? { minutes: settings.minutes ?? defaultMinutes } : settings,
      learningRate: settings.learningRate,
      range: ranges[settings.optimizer],
      patience: settings.patience ?? defaultPatience,
      control: options.control,
      signal: options.signal,
      progress: options.progress,
      ...(options.checkpointPath !== undefined && {
        checkpoint: { path: options.checkpointPath, fingerprint: fingerprintOf(options, labelShare) },
      }),
      onPoints: (losses, scores, stepsPlanned) => options.onCurve?.({
        metric, stepsPlanned, losses, scores, paused: options.control?.paused ?? false,
      }),
      onBest: async () => options.onBest?.(await learner.model()),
    });
    const model = result.figures.bestStep === 0 ? options.student : await learner.model();
    const told = resultOf(result, { labelShare, teacher: teacher !== undefined, training, heldOut, batch, metric });
    return { model, training: told, blocked: learner.blocked };
  } finally {
    await learner.release();
  }
}

/** The trainer with all that it learns from and is measured by. */
async function openLearner(
  options: StudentTraining,
  { runtime, student, teacher, training, heldOut, batch, samples, session, runnable }: Networks,
  labelShare: number,
): Promise<{ readonly learner: StudentLearner; readonly metric: string }> {
  const { settings, signal } = options;
  const common = {
    kind: student.kind, labelShare, temperature: options.temperature, classes: student.dims[0]!.at(-1)!,
  };
  const asked = teacher && await runtime.load(teacher.model, session, signal);
  const answers = asked && new Teacher(asked, teacher.values, signal);
  await answers?.prepare(training, batch, (done, total) => options.progress('Asking the teacher', done, total));
  const judge = heldOut && await HeldOut.open({
    ...common,
    data: heldOut,
    batch,
    values: student.values,
    teacher: asked && { session: asked, values: teacher.values },
    signal,
  });
  const learner = await StudentLearner.create({
    runtime,
    given: options.student,
    student,
    objective: objectiveOf({
      ...common,
      values: student.values,
      smoothing: options.smoothing,
      mixed: training.augment?.includes('mixup') ?? false,
      scales: asked && student.kind === 'outputs' ? await deviations(asked, teacher.values, samples[0]!, signal) : [],
    }),
    teacher: answers,
    heldOut: judge,
    trainer: {
      batch,
      shapes: shapesFor(samples[0]!, batch),
      optimizer: optimizerOf(settings),
      frozen: settings.freeze,
      batchNorm: batch === 1 ? 'frozen' : settings.batchNorm,
      threads: options.threads,
      ...(options.masks && { masks: options.masks }),
      ...(options.rates && { rates: options.rates }),
    },
    session,
    runnable,
    signal,
  });
  return { learner, metric: judge?.metric ?? 'loss' };
}

/** Training computes in fixed shapes: those of the samples, `batch` of them at once. */
function shapesFor(feeds: Feeds, batch: number): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(feeds).flatMap(([name, { dims: [rows, ...rest] }]) =>
    (rows === undefined ? [] : [[name, [rows * batch, ...rest]]])));
}

/** Labels are of use where the answers are scores, one vector a sample, and every sample has a class. */
function labelShareOf({ labelShare, teacher, data }: StudentTraining, student: Batched): number {
  const fits = student.kind === 'scores' && student.dims[0]!.length === 2;
  const classified = data.labelled && typeof data.label(0) === 'number';
  if (labelShare > 0 && fits && classified) return teacher ? labelShare : 1;
  if (teacher) return 0;
  throw new LatheError('DATA', 'There is nothing to learn from: no labels that fit the model, and no teacher.', {
    fix: 'Give "training:" data with labels, or use "distill", which learns from the original\'s outputs.',
  });
}

function optimizerOf({ optimizer: kind, weightDecay }: TrainingSettings): Optimizer {
  return { kind, weightDecay, clipNorm: longestGradient };
}

/** Standard deviation of the teacher's values, over one sample. */
async function deviations(
  session: Session,
  values: readonly string[],
  feeds: Feeds,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  return (await runRows(session, values, feeds, 1, signal)).map(({ data }) => {
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length) || 1;
  });
}

interface Circumstances {
  readonly labelShare: number;
  readonly teacher: boolean;
  readonly training: Dataset;
  readonly heldOut: Dataset | undefined;
  readonly batch: number;
  readonly metric: string;
}

function resultOf({ figures, end, resumedAt }: LoopResult, circumstances: Circumstances): TrainingResult {
  const { labelShare, teacher, training, heldOut, batch, metric } = circumstances;
  return {
    learnedFrom: !teacher ? 'labels' : labelShare > 0 ? 'the teacher\'s outputs and labels' : 'the teacher\'s outputs',
    samples: training.size,
    heldOut: heldOut?.size ?? 0,
    batch,
    stepsMade: figures.step,
    stepsPlanned: figures.stepsPlanned,
    epochs: figures.step / batchesPerEpoch(training.size, batch),
    learningRate: figures.peak,
    learningRateFound: figures.peakFound,
    metric,
    losses: figures.curve.points,
    scores: figures.scores,
    bestStep: figures.bestStep,
    end,
    ...(resumedAt !== undefined && { resumedAt }),
    trainingMs: figures.trainingMs,
  };
}
