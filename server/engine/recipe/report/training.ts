/** The part of the reports about steps that train: their curves, and what they learned from. */

import type { RunResult } from '../../../../protocol/results/run.ts';
import type { ScorePoint, TrainingResult } from '../../../../protocol/results/training.ts';
import { trainingSentence } from '../../../../protocol/results/training-words.ts';
import { metricInWords, plural } from '../../util/words.ts';
import { curveChart } from './curve-chart.ts';
import { escapeHtml as text } from './escape.ts';

interface Trained {
  readonly name: string;
  readonly training: TrainingResult;
}

function trainedSteps({ steps }: RunResult): Trained[] {
  return steps.flatMap(({ name, training }) => (training ? [{ name, training }] : []));
}

export function htmlTrainingSection(result: RunResult): string {
  return trainedSteps(result).map(({ name, training }) => {
    const { metric, scores, losses, bestStep, stepsMade, heldOut } = training;
    const charts = [
      curveChart({
        title: 'Loss of each step',
        steps: stepsMade,
        points: losses,
        words: (value) => value.toPrecision(3),
        logarithmic: true,
      }),
      ...(scores.length > 1 ? [curveChart({
        title: `${metric} on ${plural(heldOut, 'held-out sample')}`,
        steps: stepsMade,
        points: scores.map(({ step, value }) => [step, value] as const),
        words: (value) => metricInWords(metric, value),
        mark: { step: bestStep, label: 'kept' },
      })] : []),
    ];
    return `<section><h2>Training: ${text(name)}</h2><p>${text(trainingSentence(training))}</p>
<div class="charts">${charts.map((chart) => `<div>${chart}</div>`).join('')}</div></section>`;
  }).join('\n');
}

/** Rows of the table in Markdown. */
const mostRows = 12;

export function markdownTrainingSection(result: RunResult): string[] {
  return trainedSteps(result).flatMap(({ name, training }) => {
    const { metric, scores, bestStep } = training;
    const rows = thinned(scores, bestStep).map(({ step, value, loss }) =>
      `| ${step}${step === bestStep ? ' (kept)' : ''} | ${metricInWords(metric, value)} | ${loss.toPrecision(3)} |`);
    return [
      `## Training: ${name}`,
      trainingSentence(training),
      ...(rows.length > 0 ? [[`| step | ${metric} | loss |`, '| ---: | ---: | ---: |', ...rows].join('\n')] : []),
    ];
  });
}

/** Evenly spread, with the first, the last and the best. */
function thinned(scores: readonly ScorePoint[], bestStep: number): readonly ScorePoint[] {
  const apart = Math.max(1, Math.ceil(scores.length / mostRows));
  return scores.filter(({ step }, i) => i % apart === 0 || i === scores.length - 1 || step === bestStep);
}
