/**
 * From a predicted front to the network that is delivered: points are made, measured as a whole, and the best one is
 * kept on disk as soon as it is known.
 */

import type { Judge, PassContext, PassNote, Verdict } from '../../pass.ts';
import { constantBytes, type Candidate } from '../candidates.ts';
import type { QuantizeOptions } from '../options.ts';
import type { FrontPoint, MixedFront } from './front.ts';

export interface FoundMix {
  readonly candidate: Candidate;
  readonly notes: readonly PassNote[];
}

/** Points that are measured where one is predicted best: predictions of neighbours differ by less than they err. */
const finalists = 3;

/** Looks for the most accurate network within `budget`, or for the cheapest within the judge's goal. */
export async function searchFront(
  front: MixedFront,
  budget: QuantizeOptions['budget'],
  context: PassContext,
): Promise<FoundMix> {
  const { judge } = context;
  const floatBytes = constantBytes(front.maker.prepared);
  if (budget?.latency !== undefined && judge) return withinLatency(front, budget.latency, budget.size, judge);
  if (budget?.size !== undefined) {
    return withinSize(front, (budget.size - 1) * floatBytes, budget.size, judge);
  }
  if (judge) return new CheapestWithinGoal(front, judge).run();
  // Nothing can be measured: as many bytes as int8 for all layers would take.
  const uniform = constantBytes(front.maker.make().model) - floatBytes;
  return { candidate: front.candidate(front.within(uniform)), notes: [] };
}

/** The points just below the budget, the best predicted one first. */
function pointsBelow(front: MixedFront, budget: number): FrontPoint[] {
  const below = front.points.filter(({ cost }) => cost <= budget);
  return below.length > 0 ? below.slice(-finalists).reverse() : [front.points[0]!];
}

async function withinSize(
  front: MixedFront,
  bytes: number,
  share: number,
  judge: Judge | undefined,
): Promise<FoundMix> {
  const points = pointsBelow(front, bytes);
  const missed = points[0]!.cost > bytes;
  const notes: PassNote[] = missed
    ? [{ severity: 'warning', message: `No mix of precisions comes down to ${percent(share)} of the float model's `
      + 'bytes; the smallest one is kept.' }]
    : [];
  if (!judge) return { candidate: front.candidate(points[0]!), notes };
  let best: { candidate: Candidate; verdict: Verdict } | undefined;
  for (const point of points) {
    const candidate = front.candidate(point);
    const verdict = await judge.evaluate(candidate.model);
    if (best && verdict.drop >= best.verdict.drop) continue;
    best = { candidate, verdict };
    await judge.keep(candidate.model, verdict);
  }
  return { candidate: best!.candidate, notes };
}

/** Timed points of a front that is walked by predicted times. */
const mostTimed = 6;

async function withinLatency(
  front: MixedFront,
  share: number,
  sizeShare: number | undefined,
  judge: Judge,
): Promise<FoundMix> {
  const floatBytes = constantBytes(front.maker.prepared);
  const fits = (candidate: Candidate): boolean =>
    sizeShare === undefined || constantBytes(candidate.model) <= sizeShare * floatBytes;
  const spread = spreadOver(front.points, mostTimed).map((point) => front.candidate(point));
  const [floatMs = 0, ...ms] = await judge.latencies([front.maker.prepared, ...spread.map(({ model }) => model)]);
  const within = spread.flatMap((candidate, i) => (ms[i]! <= share * floatMs && fits(candidate) ? [candidate] : []));
  const notes: PassNote[] = within.length > 0
    ? []
    : [{ severity: 'warning', message: `No mix of precisions was measured to run in ${percent(share)} of the float `
      + 'model\'s time; the fastest one is kept.' }];
  const tried = within.length > 0 ? within : [spread[ms.indexOf(Math.min(...ms))]!];
  let best: { candidate: Candidate; verdict: Verdict } | undefined;
  for (const candidate of tried) {
    const verdict = await judge.evaluate(candidate.model);
    if (best && verdict.drop >= best.verdict.drop) continue;
    best = { candidate, verdict };
    await judge.keep(candidate.model, verdict);
  }
  return { candidate: best!.candidate, notes };
}

/** `count` of the points, evenly spread, first and last among them. */
export function spreadOver<T>(points: readonly T[], count: number): T[] {
  if (points.length <= count) return [...points];
  return Array.from({ length: count }, (_, i) => points[Math.round((i * (points.length - 1)) / (count - 1))]!);
}

/** Bisects the front for the cheapest point that the goal allows; every one that is measured is a candidate. */
class CheapestWithinGoal {
  private readonly front: MixedFront;
  private readonly judge: Judge;
  private best: { candidate: Candidate; verdict: Verdict; cost: number } | undefined;

  constructor(front: MixedFront, judge: Judge) {
    this.front = front;
    this.judge = judge;
  }

  async run(): Promise<FoundMix> {
    const { points } = this.front;
    let failed = -1;
    let passed = points.length - 1;
    // The dearest point first: were it out of reach, nothing else would be in it, and something is on disk at once.
    const reachable = await this.holds(passed);
    while (reachable && passed - failed > 1) {
      const middle = Math.floor((failed + passed) / 2);
      if (await this.holds(middle)) passed = middle;
      else failed = middle;
    }
    // Chance may favour a neighbour that the bisection passed over.
    for (let at = failed - 1; reachable && at >= Math.max(0, failed - finalists + 1); at--) await this.holds(at);
    const notes: PassNote[] = reachable
      ? []
      : [{ severity: 'warning', message: 'The accuracy goal was missed by every mix; the nearest model is kept.' }];
    return { candidate: this.best!.candidate, notes };
  }

  private async holds(at: number): Promise<boolean> {
    const { cost } = this.front.points[at]!;
    const candidate = this.front.candidate(this.front.points[at]!);
    const verdict = await this.judge.evaluate(candidate.model);
    const holds = verdict.drop <= this.judge.maxDrop;
    const { best } = this;
    const better = !best || (holds ? cost < best.cost || best.verdict.drop > this.judge.maxDrop
      : verdict.drop < best.verdict.drop && best.verdict.drop > this.judge.maxDrop);
    if (better) {
      this.best = { candidate, verdict, cost };
      await this.judge.keep(candidate.model, verdict);
    }
    return holds;
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
