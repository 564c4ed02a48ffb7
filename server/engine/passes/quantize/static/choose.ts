/** Candidates of one static quantization, and the choice of calibrator by what comes out of the network. */

import type { Dataset } from '../../../data/dataset.ts';
import type { Model } from '../../../model/model.ts';
import type { Target } from '../../../targets/target.ts';
import type { PassContext } from '../../pass.ts';
import type { Candidate, CandidateMaker, KeptLayers } from '../candidates.ts';
import { compareAll, compareModels, meanDb } from '../../observe.ts';
import type { QuantizeOptions } from '../options.ts';
import { resolveSettings } from '../settings.ts';
import { WeightStore } from '../weight-store.ts';
import type { Calibration } from './calibrate.ts';
import { curvesOf, type Curve } from './curve.ts';
import { quantizeStatic, type StaticInputs } from './quantize-static.ts';
import type { CalibrationMethod } from './ranges.ts';

const methods: readonly CalibrationMethod[] = ['mse', 'entropy', 'min-max', 'percentile'];

/** Samples that calibrators are compared on. */
const comparedSamples = 32;

/** A calibrated float model from which candidates are made. */
export class StaticCandidates implements CandidateMaker {
  readonly prepared: Model;
  private readonly calibration: Calibration;
  private readonly options: QuantizeOptions;
  private readonly target: Target;
  private readonly weights = new WeightStore();
  private curves: ReadonlyMap<string, Curve>;
  private method: CalibrationMethod = 'mse';

  constructor(prepared: Model, calibration: Calibration, options: QuantizeOptions, target: Target) {
    this.prepared = prepared;
    this.calibration = calibration;
    this.options = options;
    this.target = target;
    this.curves = curvesOf(prepared, calibration.histograms.keys());
  }

  make(kept: KeptLayers = new Map()): Candidate {
    return this.makeWith(this.method, kept);
  }

  /** What the candidate that `make` gives is made from. */
  inputs(kept: KeptLayers = new Map()): StaticInputs {
    return this.inputsWith(this.method, kept);
  }

  private makeWith(method: CalibrationMethod, kept: KeptLayers = new Map()): Candidate {
    return quantizeStatic(this.inputsWith(method, kept));
  }

  private inputsWith(method: CalibrationMethod, kept: KeptLayers): StaticInputs {
    return {
      prepared: this.prepared,
      calibration: this.calibration,
      settings: resolveSettings(this.options, this.target, kept),
      method,
      curves: this.curves,
      weights: this.weights,
    };
  }

  /**
   * Settles on the calibrator whose model comes nearest to the float model's outputs on calibration data, by the mean
   * SQNR of the outputs. A calibrator that the recipe names is taken as it is.
   */
  async chooseMethod(
    data: Dataset,
    context: PassContext,
  ): Promise<{ readonly method: CalibrationMethod; readonly outputDb: number }> {
    const asked = this.options.calibration;
    const outputs = this.prepared.graph.outputs.map((o) => o.name);
    const tried = asked === 'auto' ? methods : [asked];
    context.progress('Choosing ranges', 0, tried.length);
    const models = tried.map((method) => this.makeWith(method).model);
    const compared = await compareAll(this.prepared, models, outputs, data, comparedSamples, context);
    let best: { method: CalibrationMethod; outputDb: number } | undefined;
    for (const [i, errors] of compared.entries()) {
      const outputDb = meanDb(errors);
      if (!best || outputDb > best.outputDb) best = { method: tried[i]!, outputDb };
    }
    this.method = best!.method;
    const outputDb = await this.chooseCurves(best!.outputDb, data, context);
    context.progress('Choosing ranges', tried.length, tried.length);
    return { method: this.method, outputDb };
  }

  /** What is best for each value may still be worse for the whole. */
  private async chooseCurves(withCurves: number, data: Dataset, context: PassContext): Promise<number> {
    if (this.curves.size === 0) return withCurves;
    const { curves } = this;
    this.curves = new Map();
    const outputs = this.prepared.graph.outputs.map((o) => o.name);
    const errors = await compareModels(this.prepared, this.make().model, outputs, data, comparedSamples, context);
    const without = meanDb(errors);
    if (without > withCurves) return without;
    this.curves = curves;
    return withCurves;
  }
}

