/** The metric for a data set: the one that the source names, else the one that its labels and the outputs suggest. */

import { LatheError } from '../../errors.ts';
import { isFloatType, type DataType } from '../../tensor/dtype.ts';
import type { Dim } from '../../model/types.ts';
import { isBoxes, type Dataset } from '../dataset.ts';
import type { DataSource } from '../source-schema.ts';
import { dataPath, readTextFile } from '../sources/paths.ts';
import { createMetric } from './create-metric.ts';
import type { CtcSpec, MetricName } from './metric-schema.ts';
import type { Metric } from './metric.ts';
import type { CtcDecoder } from './text-recognition.ts';

export interface ModelOutput {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dim[] | undefined;
}

/**
 * `top1` for classes, `map50` for boxes, `exact` for texts, `perplexity` for token ids; without labels `agreement` with
 * the original for a classifier, `binary` for a single score, else `sqnr`.
 */
export function defaultMetric(dataset: Dataset, outputs: readonly ModelOutput[]): MetricName {
  if (dataset.labelled) {
    const labels = Array.from({ length: dataset.size }, (_, i) => dataset.label(i));
    if (labels.every((label) => typeof label === 'number')) return 'top1';
    if (labels.every((label) => typeof label === 'string')) return 'exact';
    return labels.every(isBoxes) ? 'map50' : 'perplexity';
  }
  const carried = Object.values(dataset.carry ?? {});
  const scores = outputs.find(({ name, dtype }) => !carried.includes(name) && isFloatType(dtype));
  const axes = scores?.shape?.slice(1) ?? [];
  const long = axes.filter((dim) => dim !== 1);
  if (long.length === 1) return 'agreement';
  return axes.length > 0 && long.length === 0 ? 'binary' : 'sqnr';
}

export interface MetricForOptions {
  /** Relative paths of the source start here. */
  readonly baseDir: string;
  /** Instead of the one that the source names. */
  readonly name?: MetricName;
  readonly seed?: number;
}

/**
 * The metric to measure on `dataset`, with the options of the source it was opened from.
 *
 * @throws LatheError `DATA` when the data or the options lack what the metric needs
 */
export async function metricFor(
  source: DataSource,
  dataset: Dataset,
  outputs: readonly ModelOutput[],
  { baseDir, name: given, seed }: MetricForOptions,
): Promise<Metric> {
  const { decoder, output, threshold } = source;
  const suggested = defaultMetric(dataset, outputs);
  const unreadable = (suggested === 'map50' && (!decoder || decoder.type === 'ctc'))
    || (suggested === 'exact' && decoder?.type !== 'ctc');
  // Without a decoder boxes and characters cannot be read, but outputs can still be compared.
  const name = given ?? source.metric ?? (unreadable ? 'sqnr' : suggested);
  const metric = createMetric(name, {
    output,
    threshold,
    seed,
    carried: Object.values(dataset.carry ?? {}),
    ...(decoder?.type === 'ctc' && { ctc: await readCtc(decoder, baseDir) }),
    ...(decoder && decoder.type !== 'ctc' && { detections: decoder }),
  });
  if (metric.needs === 'labels' && !dataset.labelled) {
    throw new LatheError('DATA', `"${name}" needs labels, and the data have none.`, {
      fix: 'Give labels: sub-folders of classes, or "labels:". Or measure "agreement" or "sqnr", which need none.',
    });
  }
  return metric;
}

async function readCtc({ dictionary, blank = 0, space }: CtcSpec, baseDir: string): Promise<CtcDecoder> {
  const lines = (await readTextFile(dataPath(baseDir, dictionary), 'The dictionary')).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return { dictionary: lines, blank, space };
}
