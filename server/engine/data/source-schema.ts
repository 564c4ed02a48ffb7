/** The keys of a data source, as recipes and data files write them. */

import * as z from 'zod';
import { decoderSchema, metricNames } from './metrics/metric-schema.ts';
import { augmentations } from './dataset.ts';
import { preprocessSchema } from './preprocess/schema.ts';

/** A number, or lists of numbers nested as deep as the tensor has axes. */
export type Nested = number | readonly Nested[];

const nestedSchema: z.ZodType<Nested> = z.lazy(() => z.union([z.number(), z.array(nestedSchema)]));

const path = z.string().min(1);
const count = z.int().min(1);

const randomSchema = z.union([
  z.literal(true),
  count,
  z.strictObject({
    samples: count.optional().describe('How many samples; 32 by default.'),
    dims: z.record(z.string(), z.int().min(0)).optional().describe(
      'Lengths of axes that the model leaves open, by their names in the model, as in `{ sequence: 128 }`.',
    ),
  }),
]);

/** The keys of which a source has exactly one. */
export const sourceKinds = ['images', 'npz', 'npy', 'onnx-test-data', 'text', 'random', 'audio'] as const;

export type SourceKind = (typeof sourceKinds)[number];

/** Keys that only some kinds of source have. */
const onlyFor: Readonly<Record<string, readonly SourceKind[]>> = {
  labels: ['images', 'npz', 'npy', 'audio'],
  labelType: ['images', 'text', 'audio'],
  preprocess: ['images', 'npz', 'npy'],
  augment: ['images'],
  input: ['images', 'npy', 'audio'],
  tokenizer: ['text'],
  length: ['text'],
  list: ['text'],
  frame: ['audio'],
  hop: ['audio'],
  context: ['audio'],
  sampleRate: ['audio'],
};

export const dataSourceSchema = z.strictObject({
  images: path.optional().describe(
    'A folder of JPEG and PNG pictures; sub-folders are classes unless `labels` says more.',
  ),
  npz: path.optional().describe('A .npz file whose arrays are named like the inputs; the first axis counts samples.'),
  npy: z.union([path, z.record(z.string(), path)]).optional().describe(
    'A .npy file, or one for each input; the first axis counts samples.',
  ),
  'onnx-test-data': path.optional().describe('A folder of test_data_set_N folders with input_N.pb files.'),
  text: path.optional().describe('A .jsonl, .json, .csv, .tsv or .txt file of texts or token ids.'),
  random: randomSchema.optional().describe('Random numbers in the shapes of the inputs: `true`, or how many samples.'),
  audio: path.optional().describe('A .wav file, or a folder of them; sub-folders are classes.'),

  labels: path.optional().describe(
    'A JSON or CSV file of file names with classes, texts or boxes; for arrays, the name of one or a .npy file.',
  ),
  labelType: z.enum(['class', 'text']).optional().describe(
    'What labels that are words mean: names of classes, or the text that the model should read or write.',
  ),
  classes: path.optional().describe('A file with the names of the classes, in order: text lines or a JSON list.'),
  preprocess: preprocessSchema.optional().describe('How pictures become numbers: a preset, or the steps.'),
  augment: z.array(z.enum(augmentations)).optional().describe(
    'Random changes of training pictures. flip: mirrored left to right; crop: moved by up to an eighth; cutout: a '
      + 'square of a half of the side blanked; mixup: two pictures blended, with their labels.',
  ),
  input: path.optional().describe('The input that the data are for, where the model has several.'),

  tokenizer: path.optional().describe('A Hugging Face tokenizer.json.'),
  length: count.optional().describe('Longest sequence, in tokens: what goes beyond is cut off.'),
  list: path.optional().describe('In a JSON file with several lists, the key of the one to use.'),

  frame: count.optional().describe(
    'Audio samples that the model takes at once; without it a whole file is one sample.',
  ),
  hop: count.optional().describe('Audio samples from one frame to the next; by default the frame.'),
  context: z.int().min(0).optional().describe('Audio samples of the frame before that are put in front of each frame.'),
  sampleRate: count.optional().describe('Samples a second that the model expects; files must have it.'),

  constants: z.record(z.string(), nestedSchema).optional().describe('Inputs that are the same for every sample.'),
  carry: z.record(z.string(), path).optional().describe(
    'Recurrent state: for an input, the output whose value from the sample before it gets. It starts at zero.',
  ),

  shuffle: z.boolean().optional().describe('Takes the samples in a random order, the same for the same seed.'),
  skip: z.int().min(0).optional().describe('Leaves out that many samples at the beginning.'),
  limit: count.optional().describe(
    'At most so many samples. Where they have classes they are spread over the whole set, else they are the first.',
  ),

  metric: z.enum(metricNames).optional().describe('What is measured.'),
  output: path.optional().describe('The output that is measured; by default the one that looks like the result.'),
  threshold: z.number().optional().describe(
    'For `binary` and `iou`: from where on an output value counts as yes; 0.5.',
  ),
  decoder: decoderSchema.optional().describe('How the outputs of a detector or of a text recogniser are read.'),
}).superRefine((source, context) => {
  const kinds = sourceKinds.filter((kind) => source[kind] !== undefined);
  const [kind, second] = kinds;
  if (kind === undefined) {
    context.addIssue({ code: 'custom', message: `Say where the data are: one of ${sourceKinds.join(', ')}.` });
    return;
  }
  if (second !== undefined) {
    const message = `"${kind}" and "${second}" cannot stand together: a source has one kind of data.`;
    context.addIssue({ code: 'custom', path: [second], message });
  }
  for (const [key, allowed] of Object.entries(onlyFor)) {
    if ((source as Record<string, unknown>)[key] === undefined || allowed.includes(kind)) continue;
    context.addIssue({ code: 'custom', path: [key], message: `"${key}" means nothing for "${kind}".` });
  }
});

export type DataSource = z.output<typeof dataSourceSchema>;

/** The one kind that a checked source has. */
export function kindOf(source: DataSource): SourceKind {
  return sourceKinds.find((kind) => source[kind] !== undefined)!;
}

/** A data file, and the `data` part of a recipe. */
export const dataSchema = z.strictObject({
  calibration: dataSourceSchema.optional().describe('What activation ranges are measured on; labels are not needed.'),
  evaluation: dataSourceSchema.optional().describe('What the metric is measured on.'),
  training: dataSourceSchema.optional().describe('What distillation and fine-tuning learn from.'),
});

export type DataSources = z.output<typeof dataSchema>;
