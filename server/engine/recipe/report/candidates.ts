/** The part of the reports about every model that the run measured: the front of size and metric. */

import type { CandidateResult, RunResult } from '../../../../protocol/results/run.ts';
import { bytesInWords, metricInWords, plural } from '../../util/words.ts';
import { escapeHtml as text } from './escape.ts';

/** The original and the result alone are the summary once more. */
const fewest = 3;

interface Measured {
  readonly metric: string;
  readonly samples: number;
  readonly all: readonly CandidateResult[];
  /** Those that no other one beats in bytes and metric, smallest first. */
  readonly front: readonly CandidateResult[];
}

function measured({ candidates = [], result: { metric } }: RunResult): Measured | undefined {
  const all = candidates.filter(({ value }) => Number.isFinite(value));
  if (!metric || all.length < fewest) return undefined;
  return { metric: metric.name, samples: metric.samples, all, front: frontOf(all) };
}

/** By drop, not by value: a loss is positive whichever way the metric counts. */
export function frontOf(candidates: readonly CandidateResult[]): CandidateResult[] {
  const sorted = [...candidates].sort((a, b) => a.weightBytes - b.weightBytes || a.drop - b.drop);
  let least = Infinity;
  return sorted.filter(({ drop }) => {
    if (drop >= least) return false;
    least = drop;
    return true;
  });
}

function sentence({ all, front, samples }: Measured): string {
  return `${plural(all.length - 1, 'candidate')} besides the original, measured on ${plural(samples, 'sample')}; `
    + `${front.length} that no other one beats in both bytes and metric.`;
}

function nameOf({ step, chosen }: CandidateResult): string {
  if (step === '') return 'original';
  return chosen ? 'result' : step;
}

export function markdownCandidateSection(result: RunResult): string[] {
  const found = measured(result);
  if (!found) return [];
  const rows = found.front.map((each) => `| ${nameOf(each)} | ${bytesInWords(each.weightBytes)} | ${
    metricInWords(found.metric, each.value)} | ${each.allowed ? 'yes' : 'no'} |`);
  return [
    '## All candidates',
    sentence(found),
    [`| | constants | ${found.metric} | within the goal |`, '| --- | ---: | ---: | --- |', ...rows].join('\n'),
  ];
}

const [width, height, left, top, right, bottom] = [480, 240, 64, 12, 12, 34];

export function htmlCandidateSection(result: RunResult): string {
  const found = measured(result);
  if (!found) return '';
  return `<section><h2>All candidates</h2><p>${text(sentence(found))} Filled: the result.</p>
<div class="charts"><div>${chart(found)}</div></div></section>`;
}

/** Bytes to the right, the metric upwards where more is better, downwards else: what is better is always higher. */
function chart({ metric, all, front }: Measured): string {
  const [bytes, drops] = [all.map((each) => each.weightBytes), all.map((each) => each.drop)];
  const [mostBytes, leastDrop, mostDrop] = [Math.max(...bytes), Math.min(...drops), Math.max(...drops)];
  const x = (each: CandidateResult): string =>
    (left + (each.weightBytes / mostBytes) * (width - left - right)).toFixed(1);
  const span = mostDrop - leastDrop || 1;
  const y = (each: CandidateResult): string =>
    (top + ((each.drop - leastDrop) / span) * (height - top - bottom)).toFixed(1);
  const line = front.map((each, i) => `${i === 0 ? 'M' : 'L'}${x(each)} ${y(each)}`).join('');
  const dots = all.map((each) => {
    const title = `${nameOf(each)}: ${bytesInWords(each.weightBytes)}, ${metricInWords(metric, each.value)}`;
    const kind = each.chosen ? 'after' : each.step === '' ? 'before' : 'track';
    const radius = each.chosen ? 5 : 3;
    const place = `cx="${x(each)}" cy="${y(each)}" r="${radius}"`;
    return `<circle class="${kind}" ${place}><title>${text(title)}</title></circle>`;
  });
  const valueAt = (drop: number): string => metricInWords(metric, all.find((each) => each.drop === drop)!.value);
  const label = (at: number, down: number, words: string, anchor: string): string =>
    `<text class="axis" x="${at}" y="${down}" text-anchor="${anchor}">${text(words)}</text>`;
  const name = `${metric} against bytes of constants: ${front.map((each) =>
    `${bytesInWords(each.weightBytes)} ${metricInWords(metric, each.value)}`).join(', ')}`;
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(name)}">`
    + `<title>${text(name)}</title><line class="rule" x1="${left}" y1="${height - bottom}" x2="${width - right}" `
    + `y2="${height - bottom}"/><path class="curve" d="${line}"/>${dots.join('')}`
    + label(left - 6, top + 8, valueAt(leastDrop), 'end')
    + label(left - 6, height - bottom, valueAt(mostDrop), 'end')
    + label(left, height - 10, '0', 'start')
    + label(width - right, height - 10, `${bytesInWords(mostBytes)} of constants`, 'end')
    + '</svg>';
}
