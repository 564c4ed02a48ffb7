/**
 * From "everything int8" to the model that is delivered: layers that run faster in float go back to float, and when the
 * accuracy goal is missed the layers that hurt most become wider, until it holds: first with integer weights only,
 * then wholly float. Every step is measured; the best so far is kept on disk by the judge.
 */

import type { Judge, PassContext, PassNote, Verdict } from '../pass.ts';
import {
  constantBytes,
  type Candidate,
  type CandidateLayer,
  type CandidateMaker,
  type KeptLayer,
  type KeptLayers,
} from './candidates.ts';
import { rankLayers } from './rank-layers.ts';

export interface SearchResult {
  readonly result: Candidate;
  readonly notes: readonly PassNote[];
}

/** How many of the first layers may go back to float for speed. */
const longestPrefix = 3;
/** A faster candidate must be faster by this share: less is noise. */
const worthwhileGain = 0.05;
/** Share of the model's bytes that speed may cost. */
const affordableGrowth = 0.03;

/** Without a judge everything that can be quantized is. */
export async function searchWithinGoal(maker: CandidateMaker, context: PassContext): Promise<SearchResult> {
  const { judge } = context;
  const all = maker.make();
  if (!judge) return { result: all, notes: [] };
  const notes: PassNote[] = [];
  const base = await fasterInFloat(maker, all, judge, notes);
  const start = base.size > 0 ? maker.make(base) : all;
  const verdict = await judge.evaluate(start.model);
  await judge.keep(start.model, verdict);
  if (verdict.drop <= judge.maxDrop) return { result: start, notes };
  const repair = new Repair(maker, base, { result: start, verdict }, judge);
  const result = await repair.run(context);
  return { result, notes: [...notes, ...repair.notes] };
}

/** From `start` on layers become wider until the goal holds: 8-bit weights first, then float. */
export async function widenWithinGoal(
  maker: CandidateMaker,
  start: Candidate,
  context: PassContext,
): Promise<SearchResult> {
  const { judge } = context;
  if (!judge) return { result: start, notes: [] };
  const verdict = await judge.evaluate(start.model);
  await judge.keep(start.model, verdict);
  if (verdict.drop <= judge.maxDrop) return { result: start, notes: [] };
  const repair = new Repair(maker, new Map(), { result: start, verdict }, judge);
  const result = await repair.run(context);
  return { result, notes: repair.notes };
}

/**
 * The first layers of a network see large pictures with few channels, where integer kernels often lose to float ones.
 * Tries leaving the first one, two, … of them float, all in one interleaved measurement with the float model.
 */
async function fasterInFloat(
  maker: CandidateMaker,
  all: Candidate,
  judge: Judge,
  notes: PassNote[],
): Promise<KeptLayers> {
  const kept: KeptLayer = { mode: 'float', reason: 'measured faster in float' };
  const integer = all.layers.filter((layer) => layer.mode === 'int8');
  const prefixes: KeptLayers[] = [];
  for (let length = 1; length <= Math.min(longestPrefix, integer.length - 1); length++) {
    prefixes.push(new Map(integer.slice(0, length).map(({ name }) => [name, kept])));
  }
  const results = prefixes.map((prefix) => maker.make(prefix));
  const models = [maker.prepared, all.model, ...results.map((result) => result.model)];
  const [floatMs = 0, allMs = 0, ...prefixMs] = await judge.latencies(models);
  const affordable = constantBytes(all.model) * (1 + affordableGrowth);
  let best: { at: number; ms: number } | undefined;
  for (const [at, ms] of prefixMs.entries()) {
    if (constantBytes(results[at]!.model) > affordable) continue;
    if (ms < (best?.ms ?? allMs * (1 - worthwhileGain))) best = { at, ms };
  }
  const fastestMs = best?.ms ?? allMs;
  if (fastestMs > floatMs * (1 + worthwhileGain)) {
    const ratio = (fastestMs / floatMs).toFixed(2);
    const message =
      `With integer kernels the model would take ${ratio} times as long as in float on this machine: its layers are ` +
      'too small to make up for the overhead. So they compute in float, and only their weights are stored as int8.';
    notes.push({ severity: 'info', message });
    const stored: KeptLayer = { mode: 'weights', reason: 'measured faster in float' };
    return new Map(integer.map(({ name }) => [name, stored]));
  }
  if (!best) return new Map();
  const names = [...prefixes[best.at]!.keys()].join(', ');
  const message = `${names} stay float: the model runs ${(allMs / best.ms).toFixed(2)}x as fast as with them in int8.`;
  notes.push({ severity: 'info', message });
  return prefixes[best.at]!;
}

interface Judged {
  readonly result: Candidate;
  readonly verdict: Verdict;
}

/** Makes more and more of the worst layers wider, then as few of them as suffice. */
class Repair {
  readonly notes: PassNote[] = [];
  private readonly maker: CandidateMaker;
  private readonly base: KeptLayers;
  private readonly judge: Judge;
  private best: Judged;

  constructor(maker: CandidateMaker, base: KeptLayers, start: Judged, judge: Judge) {
    this.maker = maker;
    this.base = base;
    this.judge = judge;
    this.best = start;
  }

  async run(context: PassContext): Promise<Candidate> {
    const layers = this.best.result.layers.filter((layer) => layer.mode !== 'float');
    const data = context.calibration ?? context.evaluation!;
    const ranked = await rankLayers(this.maker, layers, this.base, data, context);
    for (const mode of ['weights', 'float'] as const) {
      // Layers that only have integer weights so far can become no narrower than that.
      const widened = mode === 'weights' ? ranked.filter((layer) => layer.mode === 'int8') : ranked;
      const count = await this.fewest(widened, mode);
      if (count === undefined) continue;
      this.tell(widened.slice(0, count), mode);
      return this.best.result;
    }
    const message = 'The accuracy goal was missed whatever stayed float; the nearest model is kept.';
    this.notes.push({ severity: 'warning', message });
    return this.best.result;
  }

  /** The smallest number of the worst layers that must be `mode`; undefined when not even all of them suffice. */
  private async fewest(ranked: readonly CandidateLayer[], mode: KeptLayer['mode']): Promise<number | undefined> {
    if (ranked.length === 0) return undefined;
    let failed = 0;
    let passed = 0;
    for (let count = 1; passed === 0; count = Math.min(ranked.length, count * 2)) {
      if (await this.holds(ranked.slice(0, count), mode)) passed = count;
      else if (count === ranked.length) return undefined;
      else failed = count;
    }
    while (passed - failed > 1) {
      const middle = Math.floor((failed + passed) / 2);
      if (await this.holds(ranked.slice(0, middle), mode)) passed = middle;
      else failed = middle;
    }
    return passed;
  }

  private async holds(layers: readonly CandidateLayer[], mode: KeptLayer['mode']): Promise<boolean> {
    const kept = new Map(this.base);
    for (const layer of layers) kept.set(layer.name, { mode, reason: 'the accuracy goal needs it' });
    const result = this.maker.make(kept);
    const verdict = await this.judge.evaluate(result.model);
    await this.judge.keep(result.model, verdict);
    const { maxDrop } = this.judge;
    const holds = verdict.drop <= maxDrop;
    if (holds || verdict.drop < this.best.verdict.drop) this.best = { result, verdict };
    return holds;
  }

  private tell(layers: readonly CandidateLayer[], mode: KeptLayer['mode']): void {
    const shown = layers.slice(0, 8).map((layer) => layer.name).join(', ');
    const names = layers.length > 8 ? `${shown} and ${layers.length - 8} more` : shown;
    const how = mode === 'weights' ? 'compute in float, with int8 weights' : 'stay float';
    this.notes.push({ severity: 'info', message: `To hold the accuracy goal these layers ${how}: ${names}.` });
  }
}
