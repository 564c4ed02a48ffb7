/** What a recipe may say about distillation. */

import * as z from 'zod';
import { trainingShape } from '../../train/run/settings.ts';

const madeStudent = z.strictObject({
  width: z.number().gt(0).lte(1).optional().describe('The share of the channels of every layer that the student has.'),
  weights: z.enum(['inherited', 'fresh']).default('inherited').describe(
    'inherited: those of the model, channels that matter least left out. fresh: random ones.',
  ),
});

const ownStudent = z.strictObject({
  model: z.string().min(1).describe('An ONNX file with the inputs and outputs of the model.'),
  weights: z.enum(['given', 'fresh']).default('given').describe('given: those in the file. fresh: random ones.'),
});

export const distillOptions = z.strictObject({
  teacher: z.string().min(1).default('original').describe(
    'Whose outputs are learned: `original`, the model that the run began with, or the path of an ONNX file.',
  ),
  student: z.union([z.string().min(1), ownStudent, madeStudent]).optional().describe(
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
