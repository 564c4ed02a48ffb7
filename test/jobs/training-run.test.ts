import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../protocol/results/run.ts';
import { TestFolder, WatchedRuns } from './in-folder.ts';

let folder: TestFolder;
let runs: WatchedRuns;
beforeEach(() => {
  folder = new TestFolder();
  runs = new WatchedRuns(folder.storage);
});
afterEach(() => {
  runs.manager.dispose();
  folder.remove();
});

/** Far more epochs than a test has time for. */
const endless = '[{ distill: { epochs: 100000, batch: 8, learningRate: 0.001 } }]';

describe('a run that trains', () => {
  it('tells its curves, is held back and let go, and ends with the best when it is told to stop', async () => {
    const { id } = runs.manager.start({
      kind: 'recipe', recipe: folder.recipe('trained', endless, folder.recipeData(40)),
    });
    expect(() => runs.manager.steer(id, 'pause')).toThrow('The run trains nothing now.');
    await runs.when(id, ({ training }) => (training?.losses.length ?? 0) >= 5);
    runs.manager.steer(id, 'pause');
    const paused = await runs.when(id, ({ training }) => training?.paused === true);
    const { losses } = paused.training!;
    expect(losses.map(([step]) => step)).toEqual(losses.map((_, i) => i));
    await new Promise((resolve) => void setTimeout(resolve, 300));
    const [later] = runs.manager.list();
    expect(later!.training!.losses).toEqual(losses);
    runs.manager.steer(id, 'resume');
    await runs.when(id, ({ training }) => training!.losses.length > losses.length);
    runs.manager.steer(id, 'stop');
    const over = await runs.over(id);
    expect(over).toMatchObject({ state: 'done' });
    expect(over.training).toBeUndefined();
    const [step] = (runs.manager.result(id) as RunResult).steps;
    expect(step!.training).toMatchObject({ end: 'stopped', stepsPlanned: expect.any(Number) as number });
    expect(step!.training!.stepsMade).toBeLessThan(step!.training!.stepsPlanned);
    expect(() => runs.manager.steer(id, 'stop')).toThrow('The run trains nothing now.');
  });
});
