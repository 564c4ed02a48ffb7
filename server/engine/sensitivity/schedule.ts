/**
 * Which layers run on which samples. All run on a few; by what these say the worst go on to more samples, and where a
 * network decides, only to those whose decision they could turn. Costs are in runs of the whole network.
 */

/** A layer after the first samples. */
export interface Piloted {
  /** Cost of one run of its variant. */
  readonly cost: number;
  /** Only for ordering. */
  readonly harm: number;
  /** Strengths of its change on fair samples, where the network decides. */
  readonly disturbances: readonly number[];
}

export interface Budget {
  /** Runs that variants may take in all. */
  readonly runs: number;
  readonly samples: number;
}

/** What the first samples led to. */
export interface Schedule {
  /** Indices of layers, the most harmful first. */
  readonly order: readonly number[];
  /** The first of `order` run on every sample up to `fairSamples`. */
  readonly head: number;
  readonly fairSamples: number;
  /** The first of `order` are followed to the last sample. */
  readonly followed: number;
  /** [layers] margins above which a layer cannot turn a decision; Infinity where the network does not decide. */
  readonly reach: Float64Array;
}

/** Shares of the budget: first samples, further fair samples for the worst, weights and activations apart, one kept. */
export const shares = { pilot: 0.3, apart: 0.1, kept: 0.15 } as const;
const fewestPilotSamples = 4;
const mostPilotSamples = 32;
/** Ten are asked for, and some that may turn out to be among them. */
const headLayers = 14;
/** Of what is left after the first samples, where samples can be told apart by their margins. */
const fairShare = 0.4;
/** How much stronger than anything seen a change may be elsewhere. */
const reserve = 1.75;

/** A quick look at few layers costs more than it saves on a network as small as this, in multiply-accumulates. */
const smallWork = 2e10;

/** What variants may take, in evaluations of the network: so many, and one more for so many layers. */
const evaluations = 3.5;
const layersPerEvaluation = 50;

/** @param work of one run of the network, in multiply-accumulates */
export function budgetFor(costs: readonly number[], samples: number, work: number, exhaustive: boolean): Budget {
  const all = costs.reduce((a, b) => a + b, 0) * samples;
  if (exhaustive || all * work <= smallWork) return { runs: Infinity, samples };
  return { runs: Math.min(all, (evaluations + costs.length / layersPerEvaluation) * samples), samples };
}

/** Samples on which every layer runs. */
export function pilotSamples(costs: readonly number[], { runs, samples }: Budget): number {
  const once = costs.reduce((a, b) => a + b, 0);
  const affordable = Math.floor((shares.pilot * runs) / once);
  return Math.min(samples, Math.max(fewestPilotSamples, Math.min(mostPilotSamples, affordable)));
}

/**
 * @param margins of the samples seen so far; empty where the network does not decide
 * @param spent runs so far
 */
export function scheduleAfterPilot(
  layers: readonly Piloted[],
  margins: readonly number[],
  spent: number,
  { runs, samples }: Budget,
): Schedule {
  const order = layers.map((_, i) => i).sort((a, b) => layers[b]!.harm - layers[a]!.harm || a - b);
  if (runs === Infinity) {
    const reach = new Float64Array(layers.length).fill(Infinity);
    return { order, head: layers.length, fairSamples: samples, followed: layers.length, reach };
  }
  const decides = margins.length > 0;
  const head = Math.min(layers.length, headLayers);
  const left = Math.max(0, runs * (1 - shares.apart - shares.kept) - spent);
  const headCost = order.slice(0, head).reduce((sum, i) => sum + layers[i]!.cost, 0);
  const done = layers[0]?.disturbances.length ?? 0;
  const fairSamples = Math.min(samples, done + Math.floor(((decides ? fairShare : 1) * left) / headCost));
  const reach = Float64Array.from(layers, ({ disturbances }) =>
    (decides ? reserve * Math.max(0, ...disturbances) : Infinity));
  let budget = left - headCost * (fairSamples - done);
  let followed = 0;
  for (; decides && followed < order.length; followed++) {
    const i = order[followed]!;
    const exposed = margins.filter((margin) => margin < reach[i]!).length / margins.length;
    budget -= exposed * layers[i]!.cost * (samples - (followed < head ? fairSamples : done));
    if (budget < 0) break;
  }
  return { order, head, fairSamples, followed: Math.max(followed, fairSamples >= samples ? head : 0), reach };
}

/** The share of decisions that a layer turns, from its strength on few samples and the margins of all. */
export function expectedTurns(disturbances: readonly number[], margins: readonly number[]): number | undefined {
  if (disturbances.length === 0 || margins.length === 0) return undefined;
  let turns = 0;
  for (const strength of disturbances) for (const margin of margins) if (strength > margin) turns += 1;
  return turns / disturbances.length / margins.length;
}
