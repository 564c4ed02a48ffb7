/** What is known of one variant so far: errors, decisions that turned, and the metric beside the network's own. */

import { equalDb } from '../../../protocol/results/run-words.ts';
import { comparePaired } from '../data/metrics/compare-paired.ts';
import type { Metric, MetricRun, Outputs } from '../data/metrics/metric.ts';
import type { Sample } from '../data/dataset.ts';
import type { OutputError } from '../runtime/relay.ts';
import { decibels } from '../tensor/affine.ts';
import { disturbance, divergence as divergenceOf, type Decision } from './decision.ts';

/** A drop of the metric (positive is a loss) and its paired 95 % interval. */
export interface Drop {
  readonly value: number;
  readonly ci95: readonly [number, number];
  readonly samples: number;
}

/** One run on one sample. */
interface Run {
  /** Of the network's decision; Infinity where it does not decide. */
  readonly margin: number;
  /** Whether the sample was chosen without looking at it. */
  readonly fair: boolean;
  readonly errors: Readonly<Record<string, OutputError>>;
  readonly divergence: number | undefined;
}

/**
 * Which samples a variant ran on: on all whose margin is below `reach`, of all samples seen, and on fair ones besides.
 * Without `reach` on fair ones only.
 */
export interface Coverage {
  /** Of all samples seen; empty where the network does not decide. */
  readonly margins: readonly number[];
  readonly reach?: number | undefined;
}

/** What reaches the outputs, on average over all samples. */
export interface Summary {
  /** At the output that suffers most; Infinity without noise. */
  readonly sqnrDb: number | undefined;
  /** Mean Kullback-Leibler divergence, in nats. */
  readonly divergence: number | undefined;
  /**
   * How bad the variant is for the outputs, whatever the metric: the divergence where the network decides, else noise
   * over signal. Only for comparing variants of one network.
   */
  readonly harm: number;
}

export class Tally {
  /** Samples that count for the metric. */
  counted = 0;
  /** Samples whose class changed. */
  turned = 0;
  /** Of fair samples. */
  readonly disturbances: number[] = [];
  private readonly runs: Run[] = [];
  private readonly metric: Metric;
  private readonly before: MetricRun;
  private readonly after: MetricRun;

  constructor(metric: Metric) {
    this.metric = metric;
    this.before = metric.run();
    this.after = metric.run();
  }

  /** Samples on which the variant ran. */
  get samples(): number {
    return this.runs.length;
  }

  /**
   * Takes one run.
   *
   * @param fair whether the sample was chosen without looking at it
   */
  add(
    errors: Readonly<Record<string, OutputError>>,
    fair: boolean,
    before?: Decision,
    after?: Decision,
  ): void {
    const decided = before && after ? { before, after } : undefined;
    const margin = before?.margin ?? Infinity;
    const divergence = decided && divergenceOf(decided.before, decided.after);
    this.runs.push({ margin, fair, errors, divergence });
    if (!decided) return;
    if (decided.after.winner !== decided.before.winner) this.turned += 1;
    if (fair) this.disturbances.push(disturbance(decided.before, decided.after));
  }

  /**
   * Counts a sample for the metric.
   *
   * @param outputs the network's own where nothing can have changed
   * @param base what the metric's drop is counted from
   * @param reference the float network's, for metrics that compare with it; `base` unless told
   */
  addToMetric(sample: Sample, outputs: Outputs, base: Outputs, reference: Outputs = base): void {
    this.counted += 1;
    if (this.metric.needs === 'labels') {
      this.before.add(sample, base);
      this.after.add(sample, outputs);
    } else {
      this.before.add(sample, base, reference);
      this.after.add(sample, outputs, reference);
    }
  }

  /**
   * Means over all samples: of those within reach, which all ran, and of the fair ones beyond it, which stand for the
   * rest (a stratified mean).
   */
  summary({ margins, reach = -Infinity }: Coverage): Summary {
    const within = this.runs.filter(({ margin }) => margin < reach);
    const beyond = this.runs.filter(({ margin, fair }) => fair && margin >= reach);
    const rest = margins.length > 0 ? margins.filter((margin) => margin >= reach).length : beyond.length;
    const weight = beyond.length > 0 ? rest / beyond.length : 0;
    const sums = new Map<string, { signal: number; noise: number }>();
    let divergence = 0;
    let divergences = 0;
    for (const [runs, share] of [[within, 1], [beyond, weight]] as const) {
      for (const run of runs) {
        for (const [name, { signal, noise }] of Object.entries(run.errors)) {
          const sum = sums.get(name) ?? { signal: 0, noise: 0 };
          sums.set(name, { signal: sum.signal + share * signal, noise: sum.noise + share * noise });
        }
        if (run.divergence === undefined) continue;
        divergence += share * run.divergence;
        divergences += share;
      }
    }
    const all = [...sums.values()].map(({ signal, noise }) => decibels(signal, noise));
    const sqnrDb = all.length > 0 ? Math.min(...all) : undefined;
    const mean = divergences > 0 ? divergence / divergences : undefined;
    return { sqnrDb, divergence: mean, harm: mean ?? (sqnrDb === undefined ? 0 : 10 ** (-sqnrDb / 10)) };
  }

  /** undefined where nothing was counted. */
  drop(seed: number): Drop | undefined {
    if (this.counted === 0) return undefined;
    const before = this.before.result();
    const after = this.after.result();
    if (before.value === Infinity) {
      const below = (db: number): number => Math.max(0, equalDb - db);
      const [low, high] = after.ci95;
      return { value: below(after.value), ci95: [below(high), below(low)], samples: this.counted };
    }
    const { difference, ci95: [low, high] } = comparePaired(before, after, seed);
    // Not -0, which would be shown with its sign.
    return this.metric.higherIsBetter
      ? { value: 0 - difference, ci95: [0 - high, 0 - low], samples: this.counted }
      : { value: difference, ci95: [low, high], samples: this.counted };
  }
}
