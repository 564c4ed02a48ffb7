import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleList } from '../../data/sample-list.ts';
import type { Dataset } from '../../data/dataset.ts';
import { Model } from '../../model/model.ts';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import type { TrainerState } from '../trainer-options.ts';
import { TrainingSwitch } from './control.ts';
import type { Learner } from './learner.ts';
import { runLoop, type LoopOptions } from './loop.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-loop-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const size = 40;

/** Noisy measurements of 3. */
const data: Dataset = new SampleList({
  description: '', notes: [],
  entries: Array.from({ length: size }, (_, i) => ({ id: String(i) })),
  read: ({ id }) => Promise.resolve({
    feeds: { x: tensorValue('float32', [1], Float32Array.of(3 + new Random(Number(id)).normal())) },
  }),
});

/** One weight that learns the mean of what it is fed, by descent with momentum. */
class MeanLearner implements Learner {
  weight = 0;
  momentum = 0;
  made = 0;
  fed: number[] = [];
  rates: number[] = [];
  scored = true;
  /** Steps after which this happens. */
  readonly at = new Map<number, () => unknown>();

  async step({ feeds }: { readonly feeds: Record<string, { readonly data: unknown }> }, rate: number): Promise<number> {
    const values = Array.from(feeds['x']!.data as Float32Array);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    this.fed.push(mean);
    this.rates.push(rate);
    const instead = this.at.get(this.made)?.();
    if (typeof instead === 'number') return instead;
    this.made += 1;
    const loss = 0.5 * (this.weight - mean) ** 2;
    this.momentum = 0.9 * this.momentum + this.weight - mean;
    this.weight -= rate * this.momentum;
    return loss;
  }

  async score() {
    const loss = 0.5 * (this.weight - 3) ** 2;
    return this.scored ? { value: -loss, loss } : undefined;
  }

  async model() {
    return new Model();
  }

  async state(): Promise<TrainerState> {
    const numbers = Float64Array.of(this.weight, this.momentum);
    return { step: this.made, tensors: { w: tensorValue('float64', [2], numbers) } };
  }

  async restore({ step, tensors }: TrainerState) {
    this.made = step;
    [this.weight, this.momentum] = tensors['w']!.data as unknown as [number, number];
  }
}

const options = (fields: Partial<LoopOptions> = {}): LoopOptions => ({
  data,
  batch: 4,
  seed: 1,
  budget: { epochs: 6 },
  range: { from: 1e-4, to: 10, steps: 40 },
  progress: () => undefined,
  ...fields,
});

describe('the training loop', () => {
  it('finds a rate, makes the steps and learns', async () => {
    const learner = new MeanLearner();
    const { figures, end } = await runLoop(learner, options());
    expect(end).toBe('done');
    expect([figures.stepsPlanned, figures.step, figures.every]).toEqual([60, 60, 10]);
    expect(figures.peak).toBeGreaterThan(0.005);
    expect(figures.peak).toBeLessThan(2);
    expect(figures.scores.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(figures.curve.points).toHaveLength(60);
    expect(Math.abs(learner.weight - 3)).toBeLessThan(0.3);
  });

  it('leaves the best weights, not the last ones', async () => {
    const learner = new MeanLearner();
    // From step 30 on everything gets worse.
    for (let step = 30; step < 60; step++) learner.at.set(step, () => { learner.weight += 0.5; });
    const { figures } = await runLoop(learner, options({ learningRate: 0.1 }));
    expect(figures.bestStep).toBeGreaterThan(0);
    expect(figures.bestStep).toBeLessThanOrEqual(30);
    expect((await learner.score())!.loss).toBe(figures.scores.find(({ step }) => step === figures.bestStep)!.loss);
  });

  it('goes back to the weights it began with when nothing is better', async () => {
    const learner = new MeanLearner();
    learner.weight = 3;
    const { figures } = await runLoop(learner, options({ learningRate: 0.01, patience: 2 }));
    expect([figures.bestStep, learner.weight]).toEqual([0, 3]);
    expect(figures.step).toBe(20);
  });

  it('does not lose patience while the loss falls, though the value gets worse', async () => {
    const learner = new MeanLearner();
    const measured = learner.score.bind(learner);
    learner.score = async () => ({ value: -learner.made, loss: (await measured())!.loss });
    for (let step = 30; step < 60; step++) learner.at.set(step, () => { learner.weight = 0.1; });
    const { figures, end } = await runLoop(learner, options({ learningRate: 0.005, patience: 2 }));
    const losses = figures.scores.map(({ loss }) => loss);
    for (let i = 1; i <= 3; i++) expect(losses[i]).toBeLessThan(losses[i - 1]!);
    expect([end, figures.step, figures.bestStep]).toEqual(['early', 50, 0]);
  });

  it('goes on after a loss that is no number, with a lower rate', async () => {
    const learner = new MeanLearner();
    let exploded = false;
    learner.at.set(25, () => {
      if (exploded) return undefined;
      exploded = true;
      learner.weight = NaN;
      return NaN;
    });
    const { figures, end } = await runLoop(learner, options({ learningRate: 0.1 }));
    expect([end, figures.relapses, figures.step]).toEqual(['done', 1, 60]);
    expect(Number.isFinite(learner.weight)).toBe(true);
    expect(learner.rates.at(-30)! / learner.rates.at(-40)!).toBeLessThan(0.5);
  });

  it('gives the same as without the kill when it is taken up again', async () => {
    const whole = new MeanLearner();
    const expected = await runLoop(whole, options({ learningRate: 0.1 }));
    const checkpoint = { path: join(folder, 'killed.checkpoint'), fingerprint: 'this run' };
    const first = new MeanLearner();
    const killed = new AbortController();
    const paused = new TrainingSwitch();
    // A pause writes a checkpoint, in the middle of an epoch.
    first.at.set(27, () => { paused.pause(); });
    first.at.set(28, () => { killed.abort(); });
    const dying = runLoop(first, options({ learningRate: 0.1, checkpoint, control: paused, signal: killed.signal }));
    setTimeout(() => paused.resume(), 50);
    await expect(dying).rejects.toMatchObject({ code: 'CANCELLED' });
    const second = new MeanLearner();
    const result = await runLoop(second, options({ learningRate: 0.1, checkpoint }));
    expect(result.resumedAt).toBe(28);
    expect(second.weight).toBe(whole.weight);
    expect(second.fed).toEqual(whole.fed.slice(-second.fed.length));
    const { trainingMs: _a, ...figures } = result.figures;
    const { trainingMs: _b, ...wanted } = expected.figures;
    expect(figures).toEqual(wanted);
    const anotherRun = { ...checkpoint, fingerprint: 'another' };
    const other = await runLoop(new MeanLearner(), options({ checkpoint: anotherRun }));
    expect(other.resumedAt).toBeUndefined();
  });

  it('stops when asked, and keeps the best', async () => {
    const learner = new MeanLearner();
    const control = new TrainingSwitch();
    learner.at.set(33, () => { control.stopAndKeep(); });
    const { figures, end } = await runLoop(learner, options({ learningRate: 0.1, control }));
    expect([end, figures.step, figures.scores.at(-1)!.step]).toEqual(['stopped', 34, 34]);
  });

  it('keeps the latest weights where no samples are held out', async () => {
    const learner = new MeanLearner();
    learner.scored = false;
    const { figures } = await runLoop(learner, options({ learningRate: 0.1 }));
    expect([figures.bestStep, figures.scores]).toEqual([60, []]);
  });
});
