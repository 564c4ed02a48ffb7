/** Candidates of one static quantization, and the choice of how to make them by what comes out of the network. */

import type { Dataset } from '../../../data/dataset.ts';
import type { Model } from '../../../model/model.ts';
import type { Target } from '../../../targets/target.ts';
import type { PassContext } from '../../pass.ts';
import type { Candidate, CandidateMaker, KeptLayers } from '../candidates.ts';
import { compareAll, meanDb } from '../../observe.ts';
import type { LayerRule, QuantizeOptions } from '../options.ts';
import { resolveSettings } from '../settings.ts';
import { WeightStore } from '../weight-store.ts';
import type { Rounding } from '../weights.ts';
import { measureBiasShifts, type BiasShifts } from './bias-shifts.ts';
import type { Calibration } from './calibrate.ts';
import { curvesOf, type Curve } from './curve.ts';
import { quantizeStatic, type StaticInputs } from './quantize-static.ts';
import type { CalibrationMethod } from './ranges.ts';

const methods: readonly CalibrationMethod[] = ['mse', 'entropy', 'min-max', 'percentile'];

/** Samples that ways are compared on, and that means of channels are taken over. */
const comparedSamples = 32;
const correctedSamples = 16;
/** Gains below are chance. */
const worthwhileDb = 0.05;

/** How candidates are made, apart from which layers are quantized. */
interface Way {
  readonly method: CalibrationMethod;
  readonly rounding: Rounding;
  readonly curves: ReadonlyMap<string, Curve>;
  readonly biasShifts: BiasShifts;
}

export interface ChosenWay {
  readonly method: CalibrationMethod;
  readonly outputDb: number;
  /** In dB at the outputs, on samples that biases were not corrected with; absent where nothing was gained. */
  readonly biasGainDb?: number;
}

/** A calibrated float model from which candidates are made. */
export class StaticCandidates implements CandidateMaker {
  readonly prepared: Model;
  private readonly calibration: Calibration;
  private readonly options: QuantizeOptions;
  private readonly target: Target;
  private readonly weights = new WeightStore();
  private way: Way;

  constructor(prepared: Model, calibration: Calibration, options: QuantizeOptions, target: Target) {
    this.prepared = prepared;
    this.calibration = calibration;
    this.options = options;
    this.target = target;
    this.way = {
      method: 'mse',
      rounding: options.rounding === 'auto' ? 'learned' : options.rounding,
      curves: curvesOf(prepared, calibration.histograms.keys()),
      biasShifts: new Map(),
    };
  }

  /** The same, made in the same way, with further exceptions for single layers. */
  withRules(rules: readonly LayerRule[]): CandidateMaker {
    const { prepared, calibration, options, target } = this;
    const other = new StaticCandidates(
      prepared, calibration, { ...options, layers: [...options.layers, ...rules] }, target,
    );
    other.way = this.way;
    return other;
  }

  make(kept: KeptLayers = new Map()): Candidate {
    return quantizeStatic(this.inputs(kept));
  }

  /** What the candidate that `make` gives is made from. */
  inputs(kept: KeptLayers = new Map()): StaticInputs {
    // What biases take up was measured with all layers quantized: it is wrong where few of them are.
    const few = kept.size > this.way.biasShifts.size / 2;
    return this.inputsWith(few ? { ...this.way, biasShifts: new Map() } : this.way, kept);
  }

  private inputsWith(way: Way, kept: KeptLayers = new Map()): StaticInputs {
    return {
      prepared: this.prepared,
      calibration: this.calibration,
      settings: resolveSettings(this.options, this.target, kept),
      weights: this.weights,
      ...way,
    };
  }

  /**
   * Settles on the way whose model comes nearest to the float model's outputs on calibration data, by the mean SQNR of
   * the outputs: first the calibrator, then whether ranges heed the functions behind values and how weights are
   * rounded, then whether biases are corrected. What the recipe names is taken as it is.
   */
  async chooseWay(data: Dataset, context: PassContext): Promise<ChosenWay> {
    const { calibration, rounding, biasCorrection } = this.options;
    const tried = calibration === 'auto' ? methods : [calibration];
    context.progress('Choosing ranges', 0, tried.length);
    let outputDb = await this.takeBest(tried.map((method) => ({ ...this.way, method })), data, context);
    const others: Way[] = [
      ...(this.way.curves.size > 0 ? [{ ...this.way, curves: new Map<string, Curve>() }] : []),
      ...(rounding === 'auto' ? [{ ...this.way, rounding: 'feedback' } as const] : []),
    ];
    outputDb = await this.takeBest(others, data, context, outputDb);
    context.progress('Choosing ranges', tried.length, tried.length);
    const biasGainDb = biasCorrection && !data.carry ? await this.correctBiases(data, context) : 0;
    const { method } = this.way;
    return { method, outputDb: outputDb + biasGainDb, ...(biasGainDb > 0 && { biasGainDb }) };
  }

  /** Takes the best of `ways`, where it is better than `atLeastDb`; returns the dB of what is taken then. */
  private async takeBest(
    ways: readonly Way[],
    data: Dataset,
    context: PassContext,
    atLeastDb = -Infinity,
  ): Promise<number> {
    const compared = await this.compare(ways, data, context);
    let best = atLeastDb;
    for (const [i, db] of compared.entries()) {
      if (db <= best) continue;
      best = db;
      this.way = ways[i]!;
    }
    return best;
  }

  /** dB at the outputs of what each way makes of the whole network. */
  private async compare(ways: readonly Way[], data: Dataset, context: PassContext): Promise<number[]> {
    if (ways.length === 0) return [];
    const outputs = this.prepared.graph.outputs.map((o) => o.name);
    const models = ways.map((way) => quantizeStatic(this.inputsWith(way)).model);
    const compared = await compareAll(this.prepared, models, outputs, data, comparedSamples, context);
    return compared.map(meanDb);
  }

  /** Corrects biases on every other sample, and keeps that if those between come out nearer; the gain in dB. */
  private async correctBiases(data: Dataset, context: PassContext): Promise<number> {
    const seen = data.size > 1 ? everyOther(data, 1).subset(firstOf(Math.floor(data.size / 2))) : data;
    const unseen = everyOther(data, 0);
    const make = (biasShifts: BiasShifts): Candidate => quantizeStatic(this.inputsWith({ ...this.way, biasShifts }));
    const biasShifts = await measureBiasShifts(this.prepared, make, seen, context);
    const corrected = { ...this.way, biasShifts };
    const [before = 0, after = 0] = await this.compare([this.way, corrected], unseen, context);
    if (!(after - before > worthwhileDb)) return 0;
    this.way = corrected;
    return after - before;
  }
}

function firstOf(size: number): number[] {
  return Array.from({ length: Math.min(size, correctedSamples) }, (_, i) => i);
}

function everyOther(data: Dataset, first: 0 | 1): Dataset {
  return data.subset(Array.from({ length: Math.ceil((data.size - first) / 2) }, (_, i) => first + 2 * i));
}
