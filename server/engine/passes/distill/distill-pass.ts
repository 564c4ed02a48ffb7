/** The step `distill`: a student learns the outputs of a teacher (Hinton, Vinyals and Dean 2015). */

import { resolve } from 'node:path';
import { summarize } from '../../analysis/cost.ts';
import { readModel } from '../../formats/onnx/read.ts';
import type { Model } from '../../model/model.ts';
import type { Pass, PassContext, PassNote, PassPlan, PassResult } from '../pass.ts';
import { trainStep } from '../training/train-step.ts';
import { distillOptions, type DistillOptions } from './options.ts';
import { makeStudent } from './student.ts';

export const distillPass: Pass<DistillOptions> = {
  name: 'distill',
  summary: 'Teaches a smaller model the outputs of the original; labels are not needed.',
  options: distillOptions,
  trains: () => true,
  plan: (): PassPlan => ({ layers: [], notes: [] }),
  async apply(model: Model, options: DistillOptions, context: PassContext): Promise<PassResult> {
    const { teacher, student, temperature, labels, ...settings } = options;
    const made = await makeStudent(model, student, context);
    const result = await trainStep({
      name: 'distill',
      student: made,
      teacher: teacher === 'original' ? context.original : readModel(resolve(context.baseDir ?? '.', teacher)),
      labelShare: labels,
      temperature,
      smoothing: 0,
      settings,
    }, context);
    return { ...result, notes: [...(made === model ? [] : [sizeNote(model, made)]), ...result.notes] };
  },
};

function sizeNote(before: Model, after: Model): PassNote {
  const [whole, small] = [summarize(before), summarize(after)];
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const macs = whole.macs !== undefined && small.macs !== undefined
    ? ` and ${percent(small.macs / whole.macs)} of its multiply-accumulates`
    : '';
  const message = `The student has ${percent(small.parameters / whole.parameters)} of the model's parameters${macs}.`;
  return { severity: 'info', message };
}
