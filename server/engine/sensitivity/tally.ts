/** What is known of one variant so far: errors, decisions that turned, and the metric beside the network's own. */

import { equalDb } from '../../../protocol/results/run-words.ts';
import { comparePaired } from '../data/metrics/compare-paired.ts';
import type { Metric, MetricRun, Outputs } from '../data/metrics/metric.ts';
import type { Sample } from '../data/dataset.ts';
import type { OutputError } from '../runtime/relay.ts';
import { decibels } from '../tensor/affine.ts';
import { disturbance, divergence, type Decision } from './decision.ts';

/** A drop of the metric (positive is a loss) and its paired 95 % interval. */
export interface Drop {
  readonly value: number;
  readonly ci95: readonly [number, number];
  readonly samples: number;
}

export class Tally {
  /** Samples that were chosen without looking at them, so that means over them mean something. */
  fairSamples = 0;
  /** Samples on which the variant ran. */
  runs = 0;
  /** Samples that count for the metric. */
  counted = 0;
  /** Samples whose class changed. */
  turned = 0;
  /** Of fair samples. */
  readonly disturbances: number[] = [];
  private readonly errors = new Map<string, { signal: number; noise: number }>();
  private divergenceSum = 0;
  private divergences = 0;
  private readonly metric: Metric;
  private readonly before: MetricRun;
  private readonly after: MetricRun;

  constructor(metric: Metric) {
    this.metric = metric;
    this.before = metric.run();
    this.after = metric.run();
  }

  /** Takes the errors of a fair sample. */
  addErrors(errors: Readonly<Record<string, OutputError>>): void {
    this.fairSamples += 1;
    for (const [name, { signal, noise }] of Object.entries(errors)) {
      const sums = this.errors.get(name) ?? { signal: 0, noise: 0 };
      sums.signal += signal;
      sums.noise += noise;
      this.errors.set(name, sums);
    }
  }

  /** @param fair whether the sample was chosen without looking at it */
  addDecision(before: Decision, after: Decision, fair: boolean): void {
    if (after.winner !== before.winner) this.turned += 1;
    if (!fair) return;
    this.disturbances.push(disturbance(before, after));
    this.divergenceSum += divergence(before, after);
    this.divergences += 1;
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

  /** At the output that suffers most; Infinity without noise. */
  get sqnrDb(): number | undefined {
    const all = [...this.errors.values()].map(({ signal, noise }) => decibels(signal, noise));
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Mean, in nats. */
  get divergence(): number | undefined {
    return this.divergences > 0 ? this.divergenceSum / this.divergences : undefined;
  }

  /**
   * How bad the variant is for the outputs, whatever the metric: the divergence where the network decides, else noise
   * over signal. Only for comparing variants of one network.
   */
  get harm(): number {
    const { sqnrDb } = this;
    return this.divergence ?? (sqnrDb === undefined ? 0 : 10 ** (-sqnrDb / 10));
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
