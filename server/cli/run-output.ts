/** The table that `compress` and `run` print: what the product is judged by. */

import type { RunResult } from '../../protocol/results/run.ts';
import { trainingSentence } from '../../protocol/results/training-words.ts';
import { basename } from 'node:path';
import { actionCounts, goalSentence, summaryRows } from '../engine/recipe/report/rows.ts';
import { durationInWords } from '../engine/util/words.ts';
import { table } from './table.ts';

export function runText(result: RunResult): string {
  const rows = summaryRows(result).map(({ what, before, after, change }) => [what, before, after, change]);
  const summary = table([['', 'before', 'after', ''], ...rows], { right: [1, 2], header: true });
  const counts = actionCounts(result.layers).map(([action, count]) => `${count} ${action}`).join(', ');
  const goal = goalSentence(result);
  const warnings = result.notes.flatMap(({ severity, message }) =>
    (severity === 'warning' ? [`warning: ${message}`] : []));
  const files = table([
    ['Model', result.output],
    ['Report', result.report],
    ['Recipe', result.recipe],
  ]);
  return [
    `${basename(result.model)} -> ${basename(result.output)}, target ${result.target}`,
    '',
    summary,
    '',
    ...(counts === '' ? [] : [`Layers: ${counts}`]),
    ...trainingLines(result),
    ...(goal === undefined ? [] : [goal]),
    ...(result.synthetic ? ['Synthetic: made from random data; it says nothing about accuracy on real data.'] : []),
    ...warnings,
    '',
    files,
    '',
    `Took ${durationInWords(result.durationMs)} on ${result.machine.processor}, ${result.threads} threads.`,
  ].join('\n');
}

/** What the steps that trained did; where it did not help, the warning says so. */
function trainingLines({ steps, notes }: RunResult): string[] {
  const warnings = notes.filter(({ severity }) => severity === 'warning');
  return steps.flatMap(({ name, training }) => {
    const sentence = training && trainingSentence(training);
    if (sentence === undefined || warnings.some(({ message }) => message.includes(sentence))) return [];
    return [`${name}: ${sentence}`];
  });
}
