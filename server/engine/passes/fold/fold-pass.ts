/** The step `fold`. */

import type { Model } from '../../model/model.ts';
import { constantBytes } from '../constant-bytes.ts';
import type { Pass, PassNote, PassPlan, PassResult, PlannedLayer } from '../pass.ts';
import { foldModel, type Folded } from './fold-model.ts';
import { foldOptions, type FoldOptions } from './fold-options.ts';

export const foldPass: Pass<FoldOptions> = {
  name: 'fold',
  summary: 'Merges batch norms into the layers beside them, computes constants, drops what does nothing.',
  options: foldOptions,
  plan(model, options): PassPlan {
    const folded = foldModel(model, options);
    const before = constantBytes(model);
    const after = constantBytes(folded.model);
    const layers = folded.layers.map(({ name, opType, action }): PlannedLayer => {
      const weightBytes = before.get(name) ?? 0;
      return { name, opType, action, weightBytes, predictedBytes: after.get(name) ?? 0 };
    });
    return { layers, notes: notesOn(model, folded) };
  },
  async apply(model, options, context): Promise<PassResult> {
    context.progress('Folding', 0, 1);
    const folded = foldModel(model, options, context.signal);
    context.progress('Folding', 1, 1);
    return { ...folded, notes: notesOn(model, folded) };
  },
};

function notesOn(model: Model, folded: Folded): PassNote[] {
  const [before, after] = [countNodes(model), countNodes(folded.model)];
  if (before === after) return [];
  return [{ severity: 'info', message: `${before} nodes became ${after}.` }];
}

function countNodes(model: Model): number {
  let count = 0;
  for (const { node } of model.graph.walk()) if (!node.is('Constant')) count += 1;
  return count;
}
