import { describe, expect, it } from 'vitest';
import type { TrainingUpdate } from '../../protocol/results/training.ts';
import { withUpdate } from './training-curves.ts';

const update = (fields: Partial<TrainingUpdate>): TrainingUpdate => ({
  recipeStep: 1, name: 'distill', stepsPlanned: 9000, metric: 'top1', losses: [], scores: [], paused: false, ...fields,
});

describe('the curves of a run under way', () => {
  it('grow, and begin anew with another step', () => {
    const first = withUpdate(undefined, update({ losses: [[0, 4]], scores: [{ step: 0, value: 0.5, loss: 4 }] }));
    const second = withUpdate(first, update({ losses: [[1, 2]], paused: true }));
    expect(second.losses).toEqual([[0, 4], [1, 2]]);
    expect(second.scores).toHaveLength(1);
    expect(second.paused).toBe(true);
    expect(withUpdate(second, update({ recipeStep: 2, losses: [[0, 1]] })).losses).toEqual([[0, 1]]);
  });

  it('stay short, and keep their end', () => {
    let known: TrainingUpdate | undefined;
    for (let step = 0; step < 5000; step++) known = withUpdate(known, update({ losses: [[step, step]] }));
    expect(known!.losses.length).toBeLessThanOrEqual(601);
    expect(known!.losses.at(-1)).toEqual([4999, 4999]);
    const steps = known!.losses.map(([step]) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    // What is left was told so.
    for (const [step, loss] of known!.losses) expect(loss).toBe(step);
  });
});
