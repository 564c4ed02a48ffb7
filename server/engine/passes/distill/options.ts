/** What a recipe may say about distillation. */

import * as z from 'zod';
import { trainingShape } from '../../train/run/settings.ts';

const share = z.number().gt(0).lte(1);

const studentSchema = z.strictObject({
  model: z.string().min(1).optional().describe('An ONNX file with the inputs and outputs of the model.'),
  width: share.optional().describe('The share of the channels of every layer that the student has.'),
  depth: share.optional().describe(
    'The share of the residual blocks that the student has; those go first without which the outputs change least.',
  ),
  weights: z.enum(['kept', 'fresh']).default('kept').describe(
    'kept: those of the model, what matters least left out, or those in the file. fresh: random ones.',
  ),
}).superRefine(({ model, width, depth }, context) => {
  if (model === undefined || (width === undefined && depth === undefined)) return;
  const message = 'A student is a file ("model") or made from the model ("width", "depth"), not both.';
  context.addIssue({ code: 'custom', path: ['model'], message });
});

export type StudentOptions = z.output<typeof studentSchema>;

export const distillOptions = z.strictObject({
  teacher: z.string().min(1).default('original').describe(
    'Whose outputs are learned: `original`, the model that the run began with, or the path of an ONNX file.',
  ),
  student: z.union([z.string().min(1), studentSchema]).optional().describe(
    'What learns: the model as the steps before left it unless told; the path of an ONNX file; or a smaller network '
      + 'made from the model, as in `{ width: 0.5 }`.',
  ),
  temperature: z.number().positive().default(2).describe(
    'Softens class scores, so that the student also learns how wrong classes compare.',
  ),
  labels: z.number().min(0).max(1).default(0.1).describe(
    'The share of the labels in the loss, where the training data have classes; the teacher has the rest.',
  ),
  ...trainingShape,
});

export type DistillOptions = z.output<typeof distillOptions>;
