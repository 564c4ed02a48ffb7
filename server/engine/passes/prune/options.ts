/** What a recipe may say about pruning. */

import * as z from 'zod';

export const methods = ['channels', 'unstructured', 'n:m', 'block', 'low-rank'] as const;
export type PruneMethod = (typeof methods)[number];

/** Which importances go with single weights, and which with channels. */
export const weightImportances = ['auto', 'error', 'wanda', 'magnitude', 'random'] as const;
export const channelImportances = [
  'auto', 'error', 'activation', 'batch-norm', 'lamp', 'l2', 'l1', 'random',
] as const;
export const importances = [...channelImportances, 'wanda', 'magnitude'] as const;

export const distributions = ['auto', 'layer', 'global', 'erk', 'lamp'] as const;

const share = z.number().gt(0).lt(1);

const layerRule = z.strictObject({
  match: z.string().min(1).describe('Names of layers: *, ** and ? are wildcards, {a,b} gives alternatives.'),
  keep: z.literal('all').optional().describe('Keeps everything that these layers have.'),
  ratio: share.optional().describe('The share of the channels, or of the weights, of these layers to remove.'),
}).refine(({ keep, ratio }) => (keep === undefined) !== (ratio === undefined), {
  message: 'Say either "keep: all" or a ratio.',
});

/** "2:4": that many of so many neighbouring weights stay. */
const pattern = z.string().regex(/^[1-9]\d*:[1-9]\d*$/, 'A pattern is written like 2:4.').refine((text) => {
  const { stay, of } = patternOf(text);
  return stay < of && of <= 32;
}, { message: 'Fewer weights must stay than there are, and a pattern spans at most 32.' });

/** The numbers of a pattern like "2:4". */
export function patternOf(text: string): { readonly stay: number; readonly of: number } {
  const [stay = 0, of = 0] = text.split(':').map(Number);
  return { stay, of };
}

export const pruneOptions = z.strictObject({
  method: z.enum(methods).default('channels').describe(
    'channels: whole channels, filters and attention heads go, and the tensors really shrink. unstructured: single '
      + 'weights become zero; n:m: of every m neighbouring weights only n stay; block: blocks of weights become zero. '
      + 'low-rank: a layer is replaced by two thinner ones. Zeros make the file smaller, but nothing faster '
      + 'on onnxruntime; TensorRT runs 2:4 faster.',
  ),
  ratio: share.optional().describe('The share of the channels, or of the weights, of every layer to remove.'),
  target: z.strictObject({
    macs: share.optional().describe('Multiply-accumulates that stay, as a share of the original.'),
    parameters: share.optional().describe('Parameters that stay, as a share of the original.'),
    bytes: share.optional().describe('Bytes of weights that stay, as a share of the original.'),
  }).optional().describe('What must be reached; layers lose channels where it costs the least.'),
  importance: z.enum(importances).default('auto').describe(
    'What goes first. error: what changes the outputs of the layers least, once the rest has made up for it (needs '
      + 'calibration data; SparseGPT for single weights). wanda: weights whose size times that of their inputs is '
      + 'smallest (needs calibration data). magnitude: the smallest weights. l1, l2: channels with the smallest '
      + 'weights, as shares of each layer that they are in. lamp: l2 as a share of the channels that are not smaller. '
      + 'activation: channels whose values are smallest (needs calibration data). batch-norm: channels that their '
      + 'batch norms scale least, else l2. random: a control. auto: error where there are data, else magnitude or l2.',
  ),
  distribution: z.enum(distributions).default('auto').describe(
    'How zeros are shared out among layers (method: unstructured, block). layer: the same ratio in each. global: the '
      + 'smallest weights of the whole model. erk: large layers get more. lamp: by what a layer loses relative to '
      + 'itself. auto: layer where weights are chosen by error, else lamp.',
  ),
  pattern: pattern.optional().describe(
    'For method n:m: how many weights of how many neighbours stay; 2:4 unless told.',
  ),
  block: z.tuple([z.int().min(1).max(64), z.int().min(1).max(64)]).optional().describe(
    'For method block: outputs and inputs of a block; [4, 1] unless told.',
  ),
  maxError: share.optional().describe(
    'For method low-rank: the share of the energy of its outputs that a layer may lose before it is fitted again; '
      + '0.02 unless "ratio" or "target" is given.',
  ),
  storage: z.enum(['auto', 'dense']).default('auto').describe(
    'How constants with many zeros are stored. auto: sparse where that makes the file smaller and the target reads it; '
      + 'dense: as before.',
  ),
  reconstruct: z.boolean().default(true).describe(
    'Lets what stays make up for what was removed, by least squares on the calibration data.',
  ),
  multipleOf: z.int().min(1).optional().describe(
    'Channels that stay are a multiple of this; by default 8 in wide layers, and less in narrow ones.',
  ),
  layers: z.array(layerRule).default([]).describe('Exceptions for some layers; the last one that matches counts.'),
}).superRefine((options, context) => {
  for (const message of contradictions(options)) context.addIssue({ code: 'custom', message });
});

export type PruneOptions = z.output<typeof pruneOptions>;

/** The parts of the options that `contradictions` looks at. */
interface Choices {
  readonly method: PruneMethod;
  readonly ratio?: number | undefined;
  readonly target?: Readonly<Partial<Record<'macs' | 'parameters' | 'bytes', number | undefined>>> | undefined;
  readonly importance: (typeof importances)[number];
  readonly pattern?: string | undefined;
  readonly block?: readonly unknown[] | undefined;
  readonly maxError?: number | undefined;
}

function* contradictions(choices: Choices): Generator<string> {
  const { method, ratio, target, importance, pattern: written, block, maxError } = choices;
  const goals = [ratio, target?.macs, target?.parameters, target?.bytes].filter((goal) => goal !== undefined);
  if (method === 'n:m' && goals.length > 0) {
    yield 'The pattern says how many weights go: leave out "ratio" and "target".';
  }
  if (method === 'low-rank' && [...goals, maxError].filter((goal) => goal !== undefined).length > 1) {
    yield 'Give at most one of "ratio", "target" and "maxError".';
  }
  if (method !== 'n:m' && method !== 'low-rank' && goals.length !== 1) {
    yield 'Give one of "ratio", "target: { macs: … }", "target: { parameters: … }" and "target: { bytes: … }".';
  }
  const zeros = method === 'unstructured' || method === 'n:m' || method === 'block';
  if (method !== 'channels' && target?.bytes !== undefined) {
    yield '"target: { bytes: … }" goes with "method: channels".';
  }
  if (zeros && target?.macs !== undefined) {
    yield 'Zeros save no multiplications: give "ratio" or "target: { parameters: … }".';
  }
  if (written !== undefined && method !== 'n:m') yield '"pattern" goes with "method: n:m".';
  if (maxError !== undefined && method !== 'low-rank') yield '"maxError" goes with "method: low-rank".';
  if (block !== undefined && method !== 'block') yield '"block" goes with "method: block".';
  const known: readonly string[] = zeros ? weightImportances : channelImportances;
  if (method !== 'low-rank' && !known.includes(importance)) {
    yield `With "method: ${method}" importance is one of ${known.join(', ')}.`;
  }
}
