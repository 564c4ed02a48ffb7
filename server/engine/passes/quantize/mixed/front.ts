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
    costOf: (option: LayerOption, layer: string) => number,
  ) {
    this.maker = maker;
    this.layers = layers.map(({ layer }) => layer);
    const items = layers.map(({ layer, options }) =>
      options.map((option) => ({ cost: costOf(option, layer), harm: option.noise })));
    this.points = solveFront(items).map(({ choice, cost, harm }) => ({
      precisions: new Map(layers.map(({ layer, options }, i) => [layer, options[choice[i]!]!.precision])),
      cost,
      noise: harm,
    }));
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
