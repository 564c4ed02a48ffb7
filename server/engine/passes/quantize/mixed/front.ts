/** The front of mixed precision: what to make of each layer for every budget, least harm first decided by a solver. */

import type { Candidate, CandidateMaker } from '../candidates.ts';
import type { Precision } from './precisions.ts';
import { assignment, type LayerOption, type LayerOptions } from './sensitivities.ts';
import { solveFront } from './solver.ts';

export interface FrontPoint {
  readonly precisions: ReadonlyMap<string, Precision>;
  /** In the unit of the costs, of all layers together: bytes against the float model's, or microseconds. */
  readonly cost: number;
  /** Noise over signal at the outputs, as the single layers' add up to. */
  readonly noise: number;
}

export class MixedFront {
  readonly maker: CandidateMaker;
  /** Cheapest first. */
  readonly points: readonly FrontPoint[];
  private readonly layers: readonly string[];
  private readonly made = new Map<FrontPoint, Candidate>();

  /** @param costOf what an option of a layer costs */
  constructor(
    maker: CandidateMaker,
    layers: readonly LayerOptions[],
    costOf: CostOf,
  ) {
    this.maker = maker;
    this.layers = layers.map(({ layer }) => layer);
    const items = layers.map(({ layer, options }) =>
      options.map((option) => ({ cost: costOf(option, layer), harm: option.noise })));
    const solved = solveFront(items).map(({ choice, cost, harm }): FrontPoint => ({
      precisions: new Map(layers.map(({ layer, options }, i) => [layer, options[choice[i]!]!.precision])),
      cost,
      noise: harm,
    }));
    // The solver rounds costs: what is the same for all layers is met exactly.
    this.points = undominated([...solved, ...uniformPoints(layers, costOf)]);
  }

  /** The network that a point stands for. */
  candidate(point: FrontPoint): Candidate {
    const known = this.made.get(point) ?? this.maker.make(assignment(this.layers, point.precisions));
    this.made.set(point, known);
    return known;
  }

  /** The point of the least noise that costs at most `budget`; the cheapest of all where none does. */
  within(budget: number): FrontPoint {
    return this.points.findLast(({ cost }) => cost <= budget) ?? this.points[0]!;
  }
}

type CostOf = (option: LayerOption, layer: string) => number;

/** One precision for all layers that can have it; the others stay float. */
function uniformPoints(layers: readonly LayerOptions[], costOf: CostOf): FrontPoint[] {
  const precisions = new Set(layers.flatMap(({ options }) => options.map(({ precision }) => precision)));
  return [...precisions].map((precision) => {
    let [cost, noise] = [0, 0];
    const chosen = new Map<string, Precision>();
    for (const { layer, options } of layers) {
      const option = options.find((each) => each.precision === precision) ?? options[0]!;
      chosen.set(layer, option.precision);
      cost += costOf(option, layer);
      noise += option.noise;
    }
    return { precisions: chosen, cost, noise };
  });
}

/** Cheapest first; each has less noise than all before it. */
function undominated(points: readonly FrontPoint[]): FrontPoint[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || a.noise - b.noise);
  let least = Infinity;
  return sorted.filter(({ noise }) => {
    if (noise >= least) return false;
    least = noise;
    return true;
  });
}
