/** What changed between two models that were measured on the same data: by class, and by sample. */

import type { Changes, ClassChange, SampleChange } from '../../../protocol/results/comparison.ts';
import type { Dataset } from '../data/dataset.ts';
import { byClass } from '../data/metrics/metric.ts';
import type { DataSource } from '../data/source-schema.ts';
import type { Answer, Measured } from './measure.ts';
import { thumbnail } from './report/thumbnail.ts';

/** More than anybody looks at only makes a report slow to open. */
const shownSamples = 24;

export async function changesBetween(
  before: Measured,
  after: Measured,
  dataset: Dataset,
  source: DataSource,
  baseDir: string,
): Promise<Changes> {
  const sign = before.result.higherIsBetter ? 1 : -1;
  const losses: { readonly index: number; readonly loss: number }[] = [];
  let better = 0;
  for (let index = 0; index < before.result.samples; index++) {
    const gain = (after.result.perSample[index]! - before.result.perSample[index]!) * sign;
    if (gain < 0) losses.push({ index, loss: -gain });
    else if (gain > 0) better += 1;
  }
  losses.sort((a, b) => b.loss - a.loss);
  const worse: SampleChange[] = [];
  for (const { index, loss } of losses.slice(0, shownSamples)) {
    const picture = await thumbnail(dataset, index, source, baseDir);
    worse.push({
      name: dataset.id(index),
      expected: labelText(dataset, index),
      before: answerText(before.answers[index], before.result.perSample[index]!, dataset),
      after: answerText(after.answers[index], after.result.perSample[index]!, dataset),
      change: loss,
      ...(picture !== undefined && { picture }),
    });
  }
  return { classes: classChanges(before, after, dataset), worse, changed: { worse: losses.length, better } };
}

function classChanges(before: Measured, after: Measured, dataset: Dataset): ClassChange[] {
  const values = new Map(byClass(after.result).map(({ classIndex, value }) => [classIndex, value]));
  return byClass(before.result).map(({ classIndex, samples, value }) => ({
    label: nameOf(classIndex, dataset),
    samples,
    before: value,
    after: values.get(classIndex) ?? NaN,
  }));
}

function nameOf(classIndex: number, { classNames }: Dataset): string {
  const name = classNames?.[classIndex];
  // Sets that name only some classes leave holes.
  return name === undefined || name === '' ? `class ${classIndex}` : name;
}

function labelText(dataset: Dataset, index: number): string {
  const label = dataset.label(index);
  if (typeof label === 'number') return nameOf(label, dataset);
  return typeof label === 'string' ? label : '';
}

/** The class, where the model gives scores; else the sample's own figure. */
function answerText(answer: Answer | undefined, figure: number, dataset: Dataset): string {
  if (answer && answer.classIndex >= 0) return nameOf(answer.classIndex, dataset);
  return Number.isFinite(figure) ? figure.toPrecision(3) : '';
}
