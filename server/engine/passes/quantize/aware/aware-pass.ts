/**
 * Quantization-aware training as a part of `quantize`: what static quantization makes is the beginning; its scales and
 * weights are trained against the float model, and the result is kept where it is better.
 */

import { LatheError } from '../../../errors.ts';
import type { Model } from '../../../model/model.ts';
import { trainStudent } from '../../../train/run/train-student.ts';
import { compileGlob } from '../../../util/glob.ts';
import { metricInWords } from '../../../util/words.ts';
import { foldModel } from '../../fold/fold-model.ts';
import type { PassContext, PassNote, PassResult, Verdict } from '../../pass.ts';
import { KeptSometimes } from '../../training/kept-sometimes.ts';
import { trainingNotes } from '../../training/train-step.ts';
import { zeroMasks } from '../../training/zero-masks.ts';
import type { Candidate } from '../candidates.ts';
import { applyDynamic } from '../dynamic/dynamic-pass.ts';
import { layerActions } from '../layer-actions.ts';
import type { QuantizeOptions } from '../options.ts';
import { fusionNotes } from '../static/check-fused.ts';
import { prepareStatic } from '../static/static-pass.ts';
import type { AwareOptions } from './aware-options.ts';
import { expandFakeQuantization } from './expand.ts';
import { fakeQuantized, type FakeQuantized } from './fake-quantized.ts';
import { writeLearned } from './write-learned.ts';

/** @throws LatheError `DATA` without calibration data, and as `trainStudent` */
export async function applyAware(
  model: Model,
  options: QuantizeOptions,
  aware: AwareOptions,
  context: PassContext,
): Promise<PassResult> {
  const notes: PassNote[] = [];
  // Batch norms are part of the layer that is rounded: they are folded before anything learns.
  const folded = foldModel(model, { tieTransposed: false }, context.signal).model;
  const candidates = await prepareStatic(folded, options, context, notes);
  if (!candidates) {
    const message = 'No layer of the main graph can compute with integers of fixed ranges: dynamic int8 was used.';
    const result = await applyDynamic(model, options, context);
    return { ...result, notes: [{ severity: 'info', message }, ...result.notes] };
  }
  const inputs = candidates.inputs();
  const untrained = candidates.make();
  const student = fakeQuantized(inputs, untrained.model);
  const { prepared } = candidates;
  const write = (trained: Model): Candidate => writeLearned(student, trained, prepared, inputs.settings);

  const { judge } = context;
  const before = await judge?.evaluate(untrained.model);
  if (judge && before) await judge.keep(untrained.model, before);
  const kept = judge && new KeptSometimes(judge);
  const { model: trained, training, blocked } = await trainStudent({
    ...trainingOf(student, aware, context),
    teacher: context.original,
    ...(kept && { onBest: (best) => kept.offer(write(best).model) }),
  });
  notes.push(...trainingNotes(training, blocked));

  const learned = write(trained);
  const after = await judge?.evaluate(learned.model);
  if (judge && after) await judge.keep(learned.model, after);
  const undone = before && after && after.drop > before.drop;
  if (before && after) notes.push(verdictNote(before, after));
  const chosen = undone ? untrained : learned;
  notes.push(...await fusionNotes(chosen.model, context));
  const layers = await layerActions(prepared, chosen, context.calibration, context);
  return { model: chosen.model, layers, notes, training };
}

type Training = Omit<Parameters<typeof trainStudent>[0], 'teacher' | 'onBest'>;

function trainingOf(student: FakeQuantized, aware: AwareOptions, context: PassContext): Training {
  const { labels, temperature, ...settings } = aware;
  const data = context.training ?? context.calibration;
  if (!data) throw new LatheError('INTERNAL', 'There were calibration data a moment ago.');
  const masks = zeroMasks(student.model);
  return {
    student: student.model,
    labelShare: labels,
    temperature,
    smoothing: 0,
    data,
    settings: { ...settings, freeze: frozenNames(student, aware.freeze), batchNorm: 'frozen' },
    ...(masks.size > 0 && { masks }),
    rates: ratesOf(student, aware),
    runnable: expandFakeQuantization,
    runtime: context.runtime,
    threads: context.threads,
    seed: context.seed,
    progress: context.progress,
    control: context.control,
    signal: context.signal,
    checkpointPath: context.checkpointPath,
    onCurve: context.onCurve,
  };
}

/**
 * Adam's steps are as long as the learning rate says, whatever the gradient: those of a scale are made a part of the
 * scale. With sgd the scales' gradients are made fit instead (`gradient_scale`).
 */
function ratesOf({ model, values, weights }: FakeQuantized, { optimizer }: AwareOptions): Training['rates'] {
  if (optimizer === 'sgd') return undefined;
  const scales = new Set([...values, ...weights].map(({ scale }) => scale));
  return [...scales].map((layers) => {
    const numbers = model.graph.initializers.get(layers)!.toFloat32();
    return { layers, factor: numbers.reduce((a, b) => a + b, 0) / numbers.length };
  });
}

/** Patterns mean layers of the float model; their weights are read by other nodes now. */
function frozenNames({ weights }: FakeQuantized, freeze: readonly string[]): string[] {
  const matches = freeze.map(compileGlob);
  const named = weights.filter(({ label }) => matches.some((match) => match(label)));
  return [...freeze, ...named.flatMap(({ weight, scale }) => [weight, scale])];
}

function verdictNote(before: Verdict, after: Verdict): PassNote {
  const { metric, samples } = after;
  const change = `${metricInWords(metric, before.value)} to ${metricInWords(metric, after.value)}`;
  if (after.drop > before.drop) {
    const message = `Training was undone: on ${samples} evaluation samples ${metric} went from ${change}.`;
    return { severity: 'warning', message };
  }
  return { severity: 'info', message: `Training took ${metric} of the quantized model from ${change}.` };
}
