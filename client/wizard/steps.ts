/** The order of a wizard's questions, apart from how they are asked. */

/** What a question can end with, besides an answer. */
export type StepEnd = 'next' | 'back' | 'cancel';

/** One question: asks, keeps the answer itself, and says where to go from there. */
export interface Step {
  /** `place` is 1-based, `of` counts all steps. */
  readonly ask: (place: number, of: number) => Promise<StepEnd>;
}

/** Asks one question after the other; `false` when the user left. Back from the first question asks it again. */
export async function askInOrder(steps: readonly Step[]): Promise<boolean> {
  let place = 0;
  while (place < steps.length) {
    const end = await steps[place]!.ask(place + 1, steps.length);
    if (end === 'cancel') return false;
    place = end === 'next' ? place + 1 : Math.max(0, place - 1);
  }
  return true;
}
