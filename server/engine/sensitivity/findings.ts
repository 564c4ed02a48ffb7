/** What a study of layers finds out. */

import type { MetricResult } from '../data/metrics/metric.ts';
import type { CandidateLayer } from '../passes/quantize/candidates.ts';
import type { Drop } from './tally.ts';

/** One layer, with all others as they are. Figures that were not measured (yet) are absent. */
export interface Finding {
  readonly layer: CandidateLayer;
  /** Of the network's outputs with this layer alone quantized: the one that suffers most. */
  readonly sqnrDb?: number;
  /** Kullback-Leibler divergence of the network's decisions, in nats; absent for networks that do not decide. */
  readonly divergence?: number;
  /** Only for ordering layers of one network. */
  readonly harm: number;
  readonly drop?: Drop;
  /** Share of the decisions that come out otherwise. */
  readonly turned?: number;
  /** Whether `turned` was counted on all samples, or follows from the layer's strength on a part of them. */
  readonly turnedCounted: boolean;
  /** Samples on which the layer ran. */
  readonly samples: number;
  /** At the outputs, with only the layer's weights, or only its activations, quantized. */
  readonly weightsDb?: number;
  readonly activationsDb?: number;
  /** With everything quantized but this layer, beside everything quantized. */
  readonly kept?: KeptGain;
}

/** What the quantized network gains when a layer stays float. */
export interface KeptGain {
  readonly sqnrDb: number;
  /** How much of the metric's drop goes away, with its paired interval. */
  readonly drop?: Drop;
  readonly samples: number;
}

export interface Study {
  /** The worst layer first. */
  readonly findings: readonly Finding[];
  /** Of the float network; undefined until all samples were seen. */
  readonly baseline: MetricResult | undefined;
  /** Samples seen so far. */
  readonly samples: number;
  /** How it was measured, in words. */
  readonly method: string;
}

/** Worst first: drops that are more than chance, then by what reaches the outputs. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  const sure = ({ drop }: Finding): number => (drop && drop.ci95[0] > 0 ? drop.value : 0);
  return [...findings].sort((a, b) => sure(b) - sure(a) || b.harm - a.harm);
}
