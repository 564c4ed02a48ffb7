/** Every model that the run measured, by size and metric. */

import type { CandidateResult, RunResult } from '../../../protocol/results/run.ts';
import { frontier, pareto } from '../../ui/charts/pareto.ts';
import type { Child } from '../../ui/dom.ts';
import { bytesInWords, changeInWords, metricInWords, plural } from '../../ui/format.ts';
import { section } from '../../ui/parts.ts';

/** The original and the result alone would be the summary's table once more. */
const fewest = 3;

export function candidateSection({ candidates = [], result: { metric }, goal }: RunResult): Child {
  // JSON has no infinities: what is infinitely good comes as null.
  const measured = candidates.filter(({ value }) => Number.isFinite(value));
  const [original] = measured;
  if (!metric || original?.step !== '' || measured.length < fewest) return undefined;
  const { name } = metric;
  // A loss is positive whichever way the metric counts.
  const higherIsBetter = measured.every(({ value, drop }) => (original.value - value) * drop >= 0);
  const { maxDrop } = goal;
  const allowed = maxDrop === undefined ? 'any drop' : `a drop of ${changeInWords(name, maxDrop).slice(1)}`;
  const points = measured.map((candidate, i) => ({
    name: nameOf(candidate, i),
    x: candidate.weightBytes,
    y: candidate.value,
    kind: candidate.step === '' ? 'before' as const : candidate.chosen ? 'after' as const : 'other' as const,
  }));
  const joined = frontier(points, higherIsBetter).length > 1;
  const line = joined ? ' The line joins those that no other one beats in both.' : '';
  return section('All candidates', pareto({
    title: `${name} against size`,
    xTitle: 'bytes of constants',
    yTitle: name,
    points,
    xFormat: bytesInWords,
    yFormat: (value) => metricInWords(name, value),
    higherIsBetter,
    ...(maxDrop !== undefined && {
      goal: { y: original.value - (higherIsBetter ? maxDrop : -maxDrop), label: 'goal' },
    }),
    note: `${plural(measured.length - 1, 'candidate')}, measured on ${plural(metric.samples, 'sample')}.${line} `
      + `The goal allows ${allowed}.`,
  }));
}

function nameOf({ step, chosen }: CandidateResult, index: number): string {
  if (step === '') return 'original';
  return chosen ? 'result' : `${step}, candidate ${index}`;
}
