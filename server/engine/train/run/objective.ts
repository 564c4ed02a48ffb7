/** What a student learns from: the terms of its loss, and what has to be fed for them. */

import type { Batch } from '../../data/training/batches.ts';
import { LatheError } from '../../errors.ts';
import { tensorValue, type Feeds } from '../../tensor/tensor-value.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { distillation } from '../losses/distillation.ts';
import type { LossTerm } from '../losses/loss.ts';
import { outputMatching } from '../losses/output-matching.ts';
import type { Rows } from './rows.ts';

export interface ObjectiveOptions {
  /** 'scores': one value, class scores with the classes last. 'outputs': values to be matched as they are. */
  readonly kind: 'scores' | 'outputs';
  /** Values of the student. */
  readonly values: readonly string[];
  /** Share of the labels in the loss; the teacher has the rest. 0 without labels, 1 without a teacher. */
  readonly labelShare: number;
  readonly temperature: number;
  /** Part of a label's probability that is spread over all classes. */
  readonly smoothing: number;
  /** Classes of the scores. */
  readonly classes: number;
  /** Samples are blended, and their labels with them. */
  readonly mixed: boolean;
  /** By value: the teacher's standard deviation, so that outputs of different magnitude count alike. */
  readonly scales: readonly number[];
}

export interface Objective {
  readonly losses: readonly LossTerm[];
  /** What is fed beside the student's inputs. */
  targets(batch: Batch, teacher: readonly Rows[] | undefined): Feeds;
}

const labelInput = 'lathe:labels';
const teacherInput = (index: number): string => `lathe:teacher${index}`;

export function objectiveOf(options: ObjectiveOptions): Objective {
  const { labelShare } = options;
  return {
    losses: [
      ...(labelShare < 1 ? teacherTerms(options) : []),
      ...(labelShare > 0 ? [labelTerm(options)] : []),
    ],
    targets: (batch, teacher) => ({
      ...(labelShare < 1 && teacherFeeds(batch, teacher ?? [])),
      ...(labelShare > 0 && { [labelInput]: labelFeed(batch, options) }),
    }),
  };
}

function teacherTerms({ kind, values, labelShare, temperature, scales }: ObjectiveOptions): LossTerm[] {
  return values.map((value, i) => {
    const teacher = teacherInput(i);
    if (kind === 'scores') {
      return { loss: distillation({ scores: value, teacher, temperature }), weight: 1 - labelShare };
    }
    return { loss: outputMatching({ value, teacher, scale: scales[i] ?? 1 }), weight: 1 / values.length };
  });
}

function labelTerm({ values, labelShare, smoothing, mixed }: ObjectiveOptions): LossTerm {
  const form = mixed ? 'probabilities' : 'classes';
  return { loss: crossEntropy({ scores: values[0]!, labels: labelInput, form, smoothing }), weight: labelShare };
}

function teacherFeeds({ samples }: Batch, teacher: readonly Rows[]): Feeds {
  return Object.fromEntries(teacher.map(({ dims: [first = 1, ...rest], data }, i) =>
    [teacherInput(i), tensorValue('float32', [first * samples.length, ...rest], data)]));
}

/** @throws LatheError `DATA` for a class that the student does not have */
function labelFeed({ classes: labels, samples, mix }: Batch, { classes, mixed }: ObjectiveOptions) {
  if (!labels) throw new LatheError('INTERNAL', 'Labels are learned from, but the batch has none.');
  const wrong = labels.find((label) => label < 0 || label >= classes);
  if (wrong !== undefined) {
    throw new LatheError('DATA', `A label says class ${wrong}, but the model has classes 0 to ${classes - 1} only.`, {
      fix: 'Correct the labels, or give "classes:" in the order of the model\'s classes.',
    });
  }
  if (!mixed) return tensorValue('int64', [labels.length], BigInt64Array.from(labels, BigInt));
  const shares = new Float32Array(samples.length * classes);
  for (let row = 0; row < samples.length; row++) {
    const own = mix ? mix.own[row]! : 1;
    shares[row * classes + labels[row]!]! += own;
    if (mix) shares[row * classes + labels[mix.partner[row]!]!]! += 1 - own;
  }
  return tensorValue('float32', [samples.length, classes], shares);
}
