/**
 * From "everything int8" to the model that is delivered: layers that run faster in float go back to float, and when the
 * accuracy goal is missed the layers that hurt most follow, one group after the other, until it holds. Every step is
 * measured; the best so far is kept on disk by the judge.
 */

import type { Judge, PassContext, PassNote, Verdict } from '../../pass.ts';
import type { StaticCandidates } from './choose.ts';
import type { StaticLayer, StaticResult } from './quantize-static.ts';
import type { CalibrationMethod } from './ranges.ts';
import { rankLayers } from './rank-layers.ts';

export interface SearchResult {
  readonly result: StaticResult;
  readonly notes: readonly PassNote[];
}

/** Reasons why layers stay float, by layer name. */
type KeepFloat = Map<string, string>;

/** How many of the first layers may go back to float for speed. */
const longestPrefix = 3;
/** A faster candidate must be faster by this share: less is noise. */
const worthwhileGain = 0.05;
/** Share of the model's bytes that speed may cost. */
const affordableGrowth = 0.03;

/** Without a judge everything that can be int8 is. */
export async function searchWithinGoal(
  candidates: StaticCandidates,
  method: CalibrationMethod,
  context: PassContext,
): Promise<SearchResult> {
  const { judge } = context;
  const all = candidates.make(method);
  if (!judge) return { result: all, notes: [] };
  const notes: PassNote[] = [];
  const keepFloat = await fasterInFloat(candidates, method, all, judge, notes);
  const start = keepFloat.size > 0 ? candidates.make(method, keepFloat) : all;
  const verdict = await judge.evaluate(start.model);
  await judge.keep(start.model, verdict);
  if (verdict.drop <= judge.maxDrop) return { result: start, notes };
  const repaired = await restoreAccuracy(candidates, method, keepFloat, start, verdict, context, notes);
  return { result: repaired, notes };
}

/**
 * The first layers of a network see large pictures with few channels, where integer kernels often lose to float ones.
 * Tries leaving the first one, two, … of them float, all in one interleaved measurement.
 */
async function fasterInFloat(
  candidates: StaticCandidates,
  method: CalibrationMethod,
  all: StaticResult,
  judge: Judge,
  notes: PassNote[],
): Promise<KeepFloat> {
  const reason = 'measured faster in float';
  const integer = all.layers.filter((layer) => layer.integer);
  const prefixes: KeepFloat[] = [];
  for (let length = 1; length <= Math.min(longestPrefix, integer.length - 1); length++) {
    prefixes.push(new Map(integer.slice(0, length).map(({ name }) => [name, reason])));
  }
  const results = prefixes.map((prefix) => candidates.make(method, prefix));
  const [allMs = 0, ...prefixMs] = await judge.latencies([all.model, ...results.map((result) => result.model)]);
  const allBytes = weightBytes(all);
  let best: { at: number; ms: number } | undefined;
  for (const [at, ms] of prefixMs.entries()) {
    const affordable = weightBytes(results[at]!) <= allBytes * (1 + affordableGrowth);
    if (affordable && ms < (best?.ms ?? allMs * (1 - worthwhileGain))) best = { at, ms };
  }
  if (!best) return new Map();
  const gain = (allMs / best.ms).toFixed(2);
  const names = [...prefixes[best.at]!.keys()].join(', ');
  const message = `${names} stay float: the model runs ${gain}x as fast as with them in int8.`;
  notes.push({ severity: 'info', message });
  return prefixes[best.at]!;
}

function weightBytes(result: StaticResult): number {
  let bytes = 0;
  for (const tensor of result.model.graph.initializers.values()) bytes += tensor.byteLength;
  return bytes;
}

/** Returns more and more of the worst layers to float, then as few of them as suffice. */
async function restoreAccuracy(
  candidates: StaticCandidates,
  method: CalibrationMethod,
  base: KeepFloat,
  start: StaticResult,
  startVerdict: Verdict,
  context: PassContext,
  notes: PassNote[],
): Promise<StaticResult> {
  const judge = context.judge!;
  const ranked = await rankLayers(candidates, method, start.layers.filter((layer) => layer.integer), base, context);
  const attempt = async (count: number): Promise<{ result: StaticResult; verdict: Verdict }> => {
    const keep = new Map(base);
    for (const layer of ranked.slice(0, count)) keep.set(layer.name, 'the accuracy goal needs it');
    const result = candidates.make(method, keep);
    const verdict = await judge.evaluate(result.model);
    await judge.keep(result.model, verdict);
    return { result, verdict };
  };

  let failed = 0;
  let best = { result: start, verdict: startVerdict };
  let passed: number | undefined;
  for (let count = 1; ; count = Math.min(ranked.length, count * 2)) {
    const tried = await attempt(count);
    if (tried.verdict.drop < best.verdict.drop) best = tried;
    if (tried.verdict.drop <= judge.maxDrop) {
      best = tried;
      passed = count;
      break;
    }
    failed = count;
    if (count === ranked.length) break;
  }
  while (passed !== undefined && passed - failed > 1) {
    const middle = Math.floor((failed + passed) / 2);
    const tried = await attempt(middle);
    if (tried.verdict.drop <= judge.maxDrop) {
      best = tried;
      passed = middle;
    } else failed = middle;
  }
  const names = namesInWords(ranked.slice(0, passed ?? ranked.length));
  notes.push(
    passed === undefined
      ? { severity: 'warning', message: 'The accuracy goal was missed whatever stayed float; the nearest is kept.' }
      : { severity: 'info', message: `To hold the accuracy goal these layers stay float: ${names}.` },
  );
  return best.result;
}

function namesInWords(layers: readonly StaticLayer[]): string {
  const shown = layers.slice(0, 8).map((layer) => layer.name).join(', ');
  return layers.length > 8 ? `${shown} and ${layers.length - 8} more` : shown;
}
