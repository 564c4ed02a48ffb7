/** The two curves of training: the loss of the steps, and what held-out samples say. */

import type { ScorePoint } from '../../protocol/results/training.ts';
import { curve, type CurvePoint } from '../ui/charts/curve.ts';
import { element } from '../ui/dom.ts';
import { metricInWords } from '../ui/format.ts';

export interface Curves {
  readonly steps: number;
  readonly metric: string;
  readonly losses: readonly CurvePoint[];
  readonly scores: readonly ScorePoint[];
  readonly bestStep: number | undefined;
}

export function trainingCurves({ steps, metric, losses, scores, bestStep }: Curves): HTMLElement {
  return element('div', { class: 'charts' },
    element('section', {}, element('h3', {}, 'Loss'), curve({
      title: 'Loss', points: losses, steps, format: (value) => value.toPrecision(3), logarithmic: true,
    })),
    scores.length > 0 && element('section', {}, element('h3', {}, `${metric} on held-out samples`), curve({
      title: metric,
      points: scores.map(({ step, value }) => [step, value] as const),
      steps,
      format: (value) => metricInWords(metric, value),
      best: bestStep,
    })));
}

/** The step with the best score so far. */
export function bestOf(scores: readonly ScorePoint[]): number | undefined {
  let best: ScorePoint | undefined;
  for (const point of scores) {
    if (!best || point.value > best.value || (point.value === best.value && point.loss < best.loss)) best = point;
  }
  return best?.step;
}
