/** What the words that may stand at a place of a recipe mean, for completion and hover. */

import type { MetricName } from '../../engine/data/metrics/metric-schema.ts';
import { passes } from '../../engine/passes/registry.ts';
import type { Path } from '../../engine/recipe/schema-walk.ts';
import { targets } from '../../engine/targets/registry.ts';
import { isStep } from './schema-at.ts';

const metrics: Readonly<Record<MetricName, string>> = {
  top1: 'Share of samples whose best class is the right one.',
  top5: 'Share of samples whose right class is among the best five.',
  agreement: 'Share of samples for which the best class is the original model\'s.',
  cosine: 'Cosine of the angle between the outputs and the original model\'s; 1 is the same direction.',
  sqnr: 'Signal to quantization noise at the outputs, in dB, against the original model.',
  mse: 'Mean squared error: against labels where there are any, else against the original model.',
  mae: 'Mean absolute error: against labels where there are any, else against the original model.',
  perplexity: 'How surprised a language model is by each next token of the text; lower is better.',
  map50: 'Mean average precision of detections whose boxes overlap the right ones by half.',
  map: 'Mean average precision of detections, over overlaps from 0.5 to 0.95 as COCO counts.',
  exact: 'Share of texts that are read without a mistake.',
  cer: 'Mistakes per character of the texts that are read; lower is better.',
  binary: 'Share of yes-or-no decisions that are right.',
  iou: 'Overlap of the predicted masks with the right ones.',
};

const schemes: Readonly<Record<string, string>> = {
  int8: 'Weights and activations of 8 bits, with ranges measured on calibration data.',
  dynamic: 'Weights of 8 bits; activations are measured at run time, so that no data are needed.',
  fp16: 'Half-size floats.',
  bf16: 'Half-size floats with the range of float32.',
};

/** One sentence on `word` at `path`; undefined where there is nothing to say beyond the key's own documentation. */
export function meaningOf(path: Path, word: string): string | undefined {
  if (isStep(path)) return passes.find(({ name }) => name === word)?.summary;
  const key = path.at(-1);
  if (path.length === 1 && key === 'target') {
    if (word === 'auto') return 'The machine that Lathe runs on.';
    return targets.find(({ name }) => name === word)?.description;
  }
  if (path[0] === 'data' && key === 'metric') return (metrics as Readonly<Record<string, string>>)[word];
  return path[0] === 'steps' && key === 'scheme' ? schemes[word] : undefined;
}
