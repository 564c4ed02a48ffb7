/** A training run in words: the same ones in reports, on pages and on the command line. */

import { durationInWords, metricInWords, plural } from '../words.ts';
import type { TrainingEnd, TrainingResult } from './training.ts';

const ends: Readonly<Record<TrainingEnd, string>> = {
  done: '',
  early: ' It ended early: the held-out samples got no better.',
  time: ' It ended before its last step: the machine was slower than at the beginning.',
  stopped: ' It was stopped by hand.',
};

export function trainingSentence(training: TrainingResult): string {
  const { learnedFrom, samples, stepsMade, batch, learningRate, learningRateFound, trainingMs, end } = training;
  const rate = `learning rate up to ${learningRate.toPrecision(2)}${learningRateFound ? ', found by trying' : ''}`;
  return `Learned from ${learnedFrom}: ${plural(stepsMade, 'step')} of ${plural(batch, 'sample')} from `
    + `${plural(samples, 'sample')} in ${durationInWords(trainingMs)}, ${rate}.${outcome(training)}${ends[end]}`;
}

function outcome({ scores, bestStep, stepsMade, metric, heldOut }: TrainingResult): string {
  const first = scores[0];
  const best = scores.find(({ step }) => step === bestStep);
  if (!first || !best) return ' Too few samples to hold some out: the last weights were kept.';
  if (bestStep === 0) return ' It found no better weights than those that it began with.';
  return ` On ${plural(heldOut, 'held-out sample')} ${metric} went from ${metricInWords(metric, first.value)} to `
    + `${metricInWords(metric, best.value)}; the weights of step ${bestStep} of ${stepsMade} were kept.`;
}
