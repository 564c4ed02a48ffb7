/** The curves of a step that trains, put together from what its process tells bit by bit. */

import type { TrainingUpdate } from '../../protocol/results/training.ts';

/** More points than a page has pixels to draw them in. */
const mostLosses = 600;

/** What is known with `update`: of another step it begins anew. */
export function withUpdate(known: TrainingUpdate | undefined, update: TrainingUpdate): TrainingUpdate {
  if (known?.recipeStep !== update.recipeStep) return update;
  const losses = [...known.losses, ...update.losses];
  return {
    ...update,
    losses: losses.length > mostLosses ? halved(losses) : losses,
    scores: [...known.scores, ...update.scores],
  };
}

/** Every second point, and the last one. */
function halved(losses: TrainingUpdate['losses']): TrainingUpdate['losses'] {
  return losses.filter((_, i) => (losses.length - 1 - i) % 2 === 0);
}
