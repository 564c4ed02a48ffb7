/** Trains: steps, looks at the held-out samples, keeps the best weights, and can be stopped, killed and taken up. */

import type { ScorePoint, TrainingEnd } from '../../../../protocol/results/training.ts';
import type { Dataset } from '../../data/dataset.ts';
import { batchesPerEpoch, trainingBatches } from '../../data/training/batches.ts';
import { throwIfCancelled } from '../../errors.ts';
import type { TrainerState } from '../trainer-options.ts';
import { planSteps, type Budget } from './budget.ts';
import type { TrainingControl } from './control.ts';
import type { Learner } from './learner.ts';
import { cosineSchedule, learningRateAt } from './learning-rate.ts';
import { loadLoop, saveLoop, type CheckpointPlace, type LoopFigures } from './loop-state.ts';
import { LossCurve, type LossPoint } from './loss-curve.ts';
import type { RateRange } from './range-test.ts';
import { rehearse } from './rehearsal.ts';
import { isBetter, type Score } from './score.ts';

export interface LoopOptions {
  /** What steps learn from. */
  readonly data: Dataset;
  readonly batch: number;
  readonly seed: number;
  readonly budget: Budget;
  /** Found by trying where it is not given. */
  readonly learningRate?: number | undefined;
  readonly range: RateRange;
  /** Looks without a better score after which the run ends; it never ends early without. */
  readonly patience?: number | undefined;
  readonly checkpoint?: CheckpointPlace | undefined;
  readonly control?: TrainingControl | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress: (phase: string, done: number, total: number) => void;
  /** Told about new points of the curves; about all of them when a run is taken up. */
  readonly onPoints?: (losses: readonly LossPoint[], scores: readonly ScorePoint[], stepsPlanned: number) => void;
  /** The weights are the best so far. */
  readonly onBest?: () => Promise<void>;
}

export interface LoopResult {
  readonly figures: LoopFigures;
  readonly end: TrainingEnd;
  readonly resumedAt?: number;
}

/** Checkpoints are at least so far apart, and so far that writing them takes a twentieth of the time at most. */
const fewestCheckpointMs = 1000;
const checkpointShare = 1 / 20;

/** How much longer than planned a run with a time to keep may take: other programs may have slowed it down. */
const overtime = 1.25;

/** How often a run whose loss explodes goes back to its best weights, each time with a lower rate. */
const mostRelapses = 3;

const rateAfterRelapse = 1 / 4;

/** Leaves `learner` with the best weights. */
export async function runLoop(learner: Learner, options: LoopOptions): Promise<LoopResult> {
  const loop = new Loop(learner, options);
  return loop.run();
}

class Loop {
  private readonly learner: Learner;
  private readonly options: LoopOptions;
  private readonly perEpoch: number;
  private curve = new LossCurve();
  private scores: ScorePoint[] = [];
  private plan = { steps: 0, every: 1 };
  private peak = 0;
  private step = 0;
  private bestStep = 0;
  private sinceBest = 0;
  private relapses = 0;
  private best: TrainerState | undefined;
  private end: TrainingEnd | undefined;
  private msBefore = 0;
  private started = performance.now();
  private saved = performance.now();
  private saveAfterMs = fewestCheckpointMs;

  constructor(learner: Learner, options: LoopOptions) {
    this.learner = learner;
    this.options = options;
    this.perEpoch = batchesPerEpoch(options.data.size, options.batch);
  }

  async run(): Promise<LoopResult> {
    const resumed = await this.takeUp();
    const resumedAt = resumed ? this.step : undefined;
    if (!resumed) await this.begin();
    this.end ??= await this.train();
    await this.save();
    if (this.best && this.step !== this.bestStep) await this.learner.restore(this.best);
    return { figures: this.figures(), end: this.end, ...(resumedAt !== undefined && { resumedAt }) };
  }

  private async takeUp(): Promise<boolean> {
    const { checkpoint } = this.options;
    const loaded = checkpoint && loadLoop(checkpoint);
    if (!loaded) return false;
    const { figures, state, best } = loaded;
    await this.learner.restore(state);
    this.best = best;
    this.curve = new LossCurve(figures.curve);
    this.scores = [...figures.scores];
    this.plan = { steps: figures.stepsPlanned, every: figures.every };
    this.peak = figures.peak;
    this.step = figures.step;
    this.bestStep = figures.bestStep;
    this.sinceBest = figures.sinceBest;
    this.relapses = figures.relapses;
    this.msBefore = figures.trainingMs;
    this.end = figures.end;
    this.tell(this.curve.figures.points, this.scores);
    return true;
  }

  private async begin(): Promise<void> {
    const { learner, options, perEpoch } = this;
    const rehearsal = await rehearse(learner, {
      ...options,
      stepsPlanned: (msPerStep) => planSteps(options.budget, perEpoch, msPerStep, 0).steps,
    });
    this.peak = rehearsal.learningRate;
    const before = performance.now();
    await this.look();
    const msPerLook = this.scores.length > 0 ? performance.now() - before : 0;
    this.plan = planSteps(options.budget, perEpoch, rehearsal.msPerStep, msPerLook);
    await this.save();
  }

  private async train(): Promise<TrainingEnd> {
    const { data, batch, seed, signal, control, progress } = this.options;
    while (this.step < this.plan.steps) {
      const epoch = Math.floor(this.step / this.perEpoch);
      const start = this.step % this.perEpoch;
      for await (const one of trainingBatches(data, { batch, seed, epoch, start, signal })) {
        throwIfCancelled(signal);
        await this.pause();
        if (control?.stop.aborted) return await this.lastLook('stopped');
        if (this.isLate()) return await this.lastLook('time');
        const loss = await this.learner.step(one, this.rate());
        if (!Number.isFinite(loss)) {
          if (!await this.relapse()) return 'early';
          break;
        }
        const point = this.curve.add(this.step, loss);
        this.step += 1;
        if (point) this.tell([point], []);
        progress('Training', this.step, this.plan.steps);
        if (this.step % this.plan.every === 0 || this.step === this.plan.steps) {
          await this.look();
          if (this.hasLostPatience()) return 'early';
        }
        if (performance.now() - this.saved > this.saveAfterMs) await this.save();
        if (this.step >= this.plan.steps) break;
      }
    }
    return 'done';
  }

  private rate(): number {
    const schedule = cosineSchedule(this.plan.steps, this.peak);
    return learningRateAt(schedule, this.step) * rateAfterRelapse ** this.relapses;
  }

  private async pause(): Promise<void> {
    const { control, signal } = this.options;
    if (!control?.paused) return;
    const since = performance.now();
    await this.save();
    this.tell([], []);
    await control.whilePaused(signal);
    throwIfCancelled(signal);
    this.tell([], []);
    this.started += performance.now() - since;
  }

  private isLate(): boolean {
    const { epochs, minutes } = this.options.budget;
    return epochs === undefined && minutes !== undefined && this.trainingMs() > overtime * minutes * 60_000;
  }

  private async lastLook(end: TrainingEnd): Promise<TrainingEnd> {
    if (this.scores.at(-1)?.step !== this.step) await this.look();
    return end;
  }

  /** Measures the weights as they are, and keeps them where they are the best. */
  private async look(): Promise<void> {
    const score = await this.learner.score();
    if (score) {
      const point = { step: this.step, ...score };
      this.scores.push(point);
      this.tell([], [point]);
    }
    // Without held-out samples the latest weights count.
    if (score && !isBetter(score, this.bestScore())) {
      // A loss that falls promises more, even while the value, which moves in steps, stands still.
      const earlier = this.scores.slice(0, -1);
      this.sinceBest = earlier.every(({ loss }) => score.loss < loss) ? 0 : this.sinceBest + 1;
      return;
    }
    this.best = await this.learner.state();
    this.bestStep = this.step;
    this.sinceBest = 0;
    if (this.step > 0) await this.options.onBest?.();
  }

  private bestScore(): Score | undefined {
    return this.best && this.scores.find(({ step }) => step === this.bestStep);
  }

  private hasLostPatience(): boolean {
    const { patience } = this.options;
    return patience !== undefined && this.sinceBest >= patience && this.step < this.plan.steps;
  }

  /** Back to the best weights, with a lower rate from there on; `false` when that was tried often enough. */
  private async relapse(): Promise<boolean> {
    this.relapses += 1;
    if (!this.best || this.relapses > mostRelapses) return false;
    await this.learner.restore(this.best);
    return true;
  }

  private async save(): Promise<void> {
    const { checkpoint } = this.options;
    if (!checkpoint || !this.best) return;
    const before = performance.now();
    saveLoop(checkpoint, { figures: this.figures(), state: await this.learner.state(), best: this.best });
    this.saved = performance.now();
    this.saveAfterMs = Math.max(fewestCheckpointMs, (this.saved - before) / checkpointShare);
  }

  private figures(): LoopFigures {
    return {
      stepsPlanned: this.plan.steps,
      every: this.plan.every,
      peak: this.peak,
      peakFound: this.options.learningRate === undefined,
      step: this.step,
      curve: this.curve.figures,
      scores: this.scores,
      bestStep: this.bestStep,
      sinceBest: this.sinceBest,
      relapses: this.relapses,
      trainingMs: this.trainingMs(),
      ...(this.end && { end: this.end }),
    };
  }

  private trainingMs(): number {
    return this.msBefore + performance.now() - this.started;
  }

  private tell(losses: readonly LossPoint[], scores: readonly ScorePoint[]): void {
    this.options.onPoints?.(losses, scores, this.plan.steps);
  }
}
