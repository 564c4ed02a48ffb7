import { expect, it } from 'vitest';
import { askInOrder, type Step, type StepEnd } from './steps.ts';

/** Answers each question with the next of its ends, and notes which was asked. */
function questions(...ends: StepEnd[][]): { asked: string[]; steps: Step[] } {
  const asked: string[] = [];
  const steps = ends.map((own) => ({
    ask: async (place: number, of: number): Promise<StepEnd> => {
      asked.push(`${place}/${of}`);
      return own.shift() ?? 'next';
    },
  }));
  return { asked, steps };
}

it('asks one after the other', async () => {
  const { asked, steps } = questions([], [], []);
  expect(await askInOrder(steps)).toBe(true);
  expect(asked).toEqual(['1/3', '2/3', '3/3']);
});

it('goes back, but not before the first', async () => {
  const { asked, steps } = questions(['back', 'next', 'next'], ['back'], []);
  expect(await askInOrder(steps)).toBe(true);
  expect(asked).toEqual(['1/3', '1/3', '2/3', '1/3', '2/3', '3/3']);
});

it('ends when the user leaves', async () => {
  const { asked, steps } = questions([], ['cancel'], []);
  expect(await askInOrder(steps)).toBe(false);
  expect(asked).toEqual(['1/3', '2/3']);
});
