/**
 * What quantizing each layer alone costs. One pass over the data: the float network runs on a sample, and from its
 * values every layer's variant (see `sweep.ts`). The first samples are for all layers, later ones for those that
 * matter (see `schedule.ts`), so that useful figures are there at once and only get better.
 */

import { CarriedState } from '../data/carry.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import type { Metric, MetricRun, Outputs } from '../data/metrics/metric.ts';
import type { OutputChoice } from '../data/metrics/outputs.ts';
import { throwIfCancelled } from '../errors.ts';
import type { Dim } from '../model/types.ts';
import type { PassContext } from '../passes/pass.ts';
import type { CandidateMaker } from '../passes/quantize/candidates.ts';
import { Random } from '../util/random.ts';
import { cutModel, type Cuts } from './boundaries.ts';
import { decisionOf, type Decision } from './decision.ts';
import { worstFirst, type Finding, type KeptGain, type Study } from './findings.ts';
import { studyKept } from './kept-layers.ts';
import { LayerVariants } from './layer-variants.ts';
import {
  budgetFor, expectedTurns, pilotSamples, scheduleAfterPilot, shares, type Budget, type Schedule,
} from './schedule.ts';
import { Sweep, type Variant } from './sweep.ts';
import { Tally } from './tally.ts';

export interface StudyOptions {
  readonly maker: CandidateMaker;
  readonly data: Dataset;
  readonly metric: Metric;
  /** Which output decides. */
  readonly output: OutputChoice;
  readonly context: PassContext;
  /** Every layer on every sample. */
  readonly exhaustive?: boolean;
  /** Only the layers alone: neither their halves nor what keeping them gains. */
  readonly quick?: boolean;
  /** Told now and then what is known so far. */
  readonly onProgress?: (study: Study) => void;
}

/** Parts that the network is cut into, at most: each needs a session of its rest, which holds the rest's weights. */
const mostParts = 16;
const restBytes = 600e6;
/** Outputs of up to so many numbers leave the runtime's process on every run; larger ones only for the metric. */
const smallOutput = 65_536;
const apartSamples = 6;
/** A drop on fewer samples says little. */
const fewestForDrop = 36;
const progressIntervalMs = 1000;
const phase = 'Quantizing each layer alone';

export async function studyLayers(options: StudyOptions): Promise<Study> {
  const { data, maker, context } = options;
  const variants = new LayerVariants(maker);
  const order = sampleOrder(data, context.seed);
  const shuffled = data.carry ? data : data.subset(order);
  const first = await shuffled.at(0);
  const feeds = Object.fromEntries(Object.entries(first.feeds).map(([name, { dims }]) => [name, dims as Dim[]]));
  const cuts = cutModel(maker.prepared, { feeds, parts: partsFor(options), together: variants.together });
  const study = new LayerStudy({ ...options, data: shuffled }, variants, cuts);
  try {
    return await study.run();
  } finally {
    await study.close();
  }
}

function sampleOrder({ size }: Dataset, seed: number): number[] {
  return new Random(seed, 0x5a3).shuffle(Array.from({ length: size }, (_, i) => i));
}

/** On average a rest holds half of the weights. */
function partsFor({ maker }: StudyOptions): number {
  let bytes = 0;
  for (const tensor of maker.prepared.graph.initializers.values()) bytes += tensor.byteLength;
  return Math.max(2, Math.min(mostParts, Math.floor((2 * restBytes) / Math.max(1, bytes))));
}

/** Where every run is on a fair sample. */
const onFairOnes = { margins: [] } as const;

interface Studied {
  readonly name: string;
  readonly variant: Variant;
  readonly tally: Tally;
  apart?: { readonly weights: Tally; readonly activations: Tally };
  kept?: KeptGain;
}

class LayerStudy {
  private readonly options: StudyOptions;
  private readonly variants: LayerVariants;
  private readonly cuts: Cuts;
  private readonly studied: Studied[] = [];
  private readonly margins: number[] = [];
  private readonly baseRun: MetricRun;
  private readonly state: CarriedState;
  private sweep: Sweep | undefined;
  private schedule: Schedule | undefined;
  private budget: Budget = { runs: Infinity, samples: 0 };
  private seen = 0;
  private spent = 0;
  private told = -Infinity;

  constructor(options: StudyOptions, variants: LayerVariants, cuts: Cuts) {
    this.options = options;
    this.variants = variants;
    this.cuts = cuts;
    this.baseRun = options.metric.run();
    this.state = new CarriedState(options.data);
  }

  async run(): Promise<Study> {
    const { context, data, maker, exhaustive = false } = this.options;
    const { threads, signal } = context;
    const runtime = await context.runtime();
    this.sweep = await Sweep.open(runtime, maker.prepared, this.cuts, { threads, signal });
    const apart = new Map<string, readonly [Variant, Variant]>();
    for (const [i, { layer, first, last }] of this.variants.layers.entries()) {
      const variant = await this.sweep.load(this.variants.alone(layer.name), first, last);
      this.studied.push({ name: layer.name, variant, tally: new Tally(this.options.metric) });
      context.progress('Preparing each layer alone', i + 1, this.variants.layers.length);
    }
    const costs = this.studied.map(({ variant }) => variant.cost);
    this.budget = budgetFor(costs, data.size, this.cuts.work, exhaustive);
    const pilot = pilotSamples(costs, this.budget);
    for await (const sample of data.samples(signal ? { signal } : {})) {
      throwIfCancelled(signal);
      if (this.seen === pilot && this.options.quick !== true) await this.afterPilot(apart);
      await this.sample(sample, pilot, apart);
      context.progress(phase, this.seen, data.size);
      this.tell();
    }
    if (this.options.quick !== true) await this.studyKept();
    return this.result();
  }

  async close(): Promise<void> {
    await this.sweep?.close();
  }

  /** Decides how to go on, and prepares the worst layers' weights and activations apart. */
  private async afterPilot(apart: Map<string, readonly [Variant, Variant]>): Promise<void> {
    const costs = this.studied.map(({ variant }) => variant.cost);
    const layers = this.studied.map(({ tally, variant: { cost } }) =>
      ({ cost, harm: tally.summary(onFairOnes).harm, disturbances: tally.disturbances }));
    this.schedule = scheduleAfterPilot(layers, this.margins, this.spent, this.budget);
    let left = Math.min(shares.apart * this.budget.runs, apartRuns(costs));
    for (const i of this.schedule.order) {
      left -= 2 * apartSamples * costs[i]!;
      if (left < 0) break;
      const { layer: { name }, first, last } = this.variants.layers[i]!;
      const alone = this.variants.alone(name);
      apart.set(name, [
        await this.sweep!.load(this.variants.weightsOnly(name, alone), first, last),
        await this.sweep!.load(this.variants.activationsOnly(name, alone), first, last),
      ]);
      const { metric } = this.options;
      this.studied[i]!.apart = { weights: new Tally(metric), activations: new Tally(metric) };
    }
  }

  private async sample(sample: Sample, pilot: number, apart: ReadonlyMap<string, readonly [Variant, Variant]>):
  Promise<void> {
    const { metric, output } = this.options;
    const base = await this.sweep!.begin(this.state.feedsFor(sample));
    this.state.keep(base);
    if (metric.needs === 'labels') this.baseRun.add(sample, base);
    else this.baseRun.add(sample, base, base);
    const before = decisionOf(base, output);
    if (before) this.margins.push(before.margin);
    const small = Object.values(base).reduce((sum, { data }) => sum + data.length, 0) <= smallOutput;
    const at = this.seen++;
    const run = this.schedule;
    for (const [place, i] of (run?.order ?? [...this.studied.keys()]).entries()) {
      const { variant, tally, name, apart: parts } = this.studied[i]!;
      const fair = !run || (place < run.head && at < run.fairSamples);
      const followed = !run || place < run.followed || fair;
      if (!followed) continue;
      if (fair || !before || before.margin < run.reach[i]!) {
        const wanted = small || run !== undefined || this.budget.runs === Infinity;
        await this.runVariant(variant, tally, sample, base, before, { fair, wanted });
      } else {
        tally.addToMetric(sample, base, base);
      }
      const halves = at < pilot + apartSamples ? apart.get(name) : undefined;
      if (!parts || !halves) continue;
      const [weights, activations] = halves;
      parts.weights.add((await this.sweep!.run(weights, false)).errors, true);
      parts.activations.add((await this.sweep!.run(activations, false)).errors, true);
    }
  }

  private async runVariant(
    variant: Variant,
    tally: Tally,
    sample: Sample,
    base: Outputs,
    before: Decision | undefined,
    { fair, wanted }: { readonly fair: boolean; readonly wanted: boolean },
  ): Promise<void> {
    const { outputs, errors } = await this.sweep!.run(variant, wanted);
    this.spent += variant.cost;
    const after = before && outputs && decisionOf(outputs, this.options.output);
    tally.add(errors, fair, before, after);
    if (outputs) tally.addToMetric(sample, outputs, base);
  }

  private async studyKept(): Promise<void> {
    // With few samples the study ends before there is a schedule.
    const order = this.schedule?.order ?? this.byHarm();
    const names = order.map((i) => this.variants.layers[i]!);
    const gains = await studyKept(this.options, this.variants, this.cuts, names, shares.kept * this.budget.runs);
    for (const studied of this.studied) {
      const gain = gains.get(studied.name);
      if (gain) studied.kept = gain;
    }
  }

  private byHarm(): number[] {
    const harms = this.studied.map(({ tally }) => tally.summary(onFairOnes).harm);
    return harms.map((_, i) => i).sort((a, b) => harms[b]! - harms[a]!);
  }

  private tell(): void {
    const { onProgress } = this.options;
    const now = performance.now();
    if (!onProgress || now - this.told < progressIntervalMs) return;
    this.told = now;
    onProgress(this.result());
  }

  private result(): Study {
    const { metric, data, context } = this.options;
    const over = this.seen === data.size;
    const found = this.studied.map((one, i) => this.finding(one, i, over));
    const layers = this.studied.length;
    const { followed = 0, head = 0, fairSamples = 0 } = this.schedule ?? {};
    const method = this.budget.runs === Infinity
      ? `each of ${layers} layers alone in int8, on all ${this.seen} samples`
      : `each of ${layers} layers alone in int8, from kept float values; the worst ${head} on ${fairSamples} samples`
        + (followed > 0 ? `; ${metric.name} of the worst ${followed} on all samples that they can turn` : '');
    return {
      findings: worstFirst(found),
      baseline: over && this.seen > 0 ? this.baseRun.result() : undefined,
      samples: this.seen,
      method: `${method}; ${context.threads === 1 ? 'one thread' : `${context.threads} threads`}`,
    };
  }

  private finding({ tally, apart, kept }: Studied, i: number, over: boolean): Finding {
    const { layer } = this.variants.layers[i]!;
    const counted = tally.counted === this.seen;
    const reach = counted ? this.schedule?.reach[i] : undefined;
    const { sqnrDb, divergence, harm } = tally.summary({ margins: this.margins, reach });
    const cheap = this.margins.length > 0;
    // What was counted on a part of the samples is told where it is no small part, or all there is so far.
    const large = tally.counted >= Math.min(this.seen, fewestForDrop);
    const isTold = over ? counted || large : cheap;
    const turned = counted ? tally.turned / Math.max(1, this.seen) : expectedTurns(tally.disturbances, this.margins);
    const drop = isTold ? tally.drop(this.options.context.seed) : undefined;
    const partDb = (part: Tally | undefined): number | undefined => part?.summary(onFairOnes).sqnrDb;
    const [weightsDb, activationsDb] = [partDb(apart?.weights), partDb(apart?.activations)];
    return {
      layer,
      harm,
      samples: tally.samples,
      turnedCounted: counted,
      ...(sqnrDb !== undefined && { sqnrDb }),
      ...(divergence !== undefined && { divergence }),
      ...(drop && { drop }),
      ...(cheap && turned !== undefined && { turned }),
      ...(weightsDb !== undefined && { weightsDb }),
      ...(activationsDb !== undefined && { activationsDb }),
      ...(kept && { kept }),
    };
  }
}

/** Without a limit, all layers' weights and activations apart. */
function apartRuns(costs: readonly number[]): number {
  return 2 * apartSamples * costs.reduce((a, b) => a + b, 0) + 1;
}
