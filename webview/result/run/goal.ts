/** What a goal that was met or missed means for the reader. */

import type { RunResult } from '../../../protocol/results/run.ts';
import { changeInWords, plural } from '../../../protocol/words.ts';

export function goalMeaning({ goal, goalMet, drop, result: { metric } }: RunResult): string {
  if (!goalMet) {
    return 'The result was written nevertheless: it is the best that was found. To get nearer, keep the layers with '
      + 'the lowest SQNR in float, give more calibration data, or allow a larger drop in the recipe.';
  }
  if (!drop || !metric || goal.maxDrop === undefined) return '';
  const [, worst] = drop.ci95;
  const from = `Measured on ${plural(metric.samples, 'sample')}`;
  if (worst > goal.maxDrop) {
    const reach = changeInWords(metric.name, worst).slice(1);
    return `${from}: the true drop may be up to ${reach} (95 % interval), more than the goal allows. More samples `
      + 'would narrow it down.';
  }
  return `${from}; the whole 95 % interval of the drop lies within the goal.`;
}
