/** The step `finetune`: the model goes on learning, to recover what earlier steps cost. */

import type { Model } from '../../model/model.ts';
import type { Pass, PassContext, PassPlan, PassResult } from '../pass.ts';
import { trainStep } from '../training/train-step.ts';
import { finetuneOptions, type FinetuneOptions } from './options.ts';

export const finetunePass: Pass<FinetuneOptions> = {
  name: 'finetune',
  summary: 'Trains the model on labels, to recover what earlier steps cost.',
  options: finetuneOptions,
  trains: () => true,
  plan: (): PassPlan => ({ layers: [], notes: [] }),
  async apply(model: Model, options: FinetuneOptions, context: PassContext): Promise<PassResult> {
    const { labelSmoothing, ...settings } = options;
    const data = context.training ?? context.calibration;
    const labelled = data?.labelled === true && typeof data.label(0) === 'number';
    const result = await trainStep({
      name: 'finetune',
      student: model,
      ...(!labelled && { teacher: context.original }),
      labelShare: 1,
      temperature: 1,
      smoothing: labelSmoothing,
      settings,
    }, context);
    if (labelled) return result;
    const message = 'The training data have no classes to learn, so the model learned from the original\'s outputs.';
    return { ...result, notes: [{ severity: 'info', message }, ...result.notes] };
  },
};
