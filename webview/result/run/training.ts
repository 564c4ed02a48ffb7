/** How the steps that train went: their curves, and what they learned from. */

import type { RunResult } from '../../../protocol/results/run.ts';
import { trainingSentence } from '../../../protocol/results/training-words.ts';
import { element, type Child } from '../../ui/dom.ts';
import { section } from '../../ui/parts.ts';
import { trainingCurves } from '../training-curves.ts';

/** A tab where a step trained, none elsewhere. */
export function trainingPanels({ steps }: RunResult): readonly { readonly title: string; readonly content: Child }[] {
  const trained = steps.flatMap(({ name, training }) => (training ? [{ name, training }] : []));
  if (trained.length === 0) return [];
  return [{
    title: 'Training',
    content: trained.map(({ name, training }) => section(name,
      element('p', {}, trainingSentence(training)),
      trainingCurves({ ...training, steps: training.stepsMade }))),
  }];
}
