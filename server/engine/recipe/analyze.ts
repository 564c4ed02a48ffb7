/**
 * Which layers suffer from int8, how much and why: each is quantized alone, all others stay float. Figures come while
 * it runs; see `sensitivity/`.
 */

import type { AnalysisResult } from '../../../protocol/results/analysis.ts';
import type { MetricFigure } from '../../../protocol/results/run.ts';
import { metricFor } from '../data/metrics/choose-metric.ts';
import type { DataSources } from '../data/source-schema.ts';
import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { foldModel } from '../passes/fold/fold-model.ts';
import type { PassContext, PassNote, ProgressListener } from '../passes/pass.ts';
import { quantizeOptions } from '../passes/quantize/options.ts';
import { prepareStatic } from '../passes/quantize/static/static-pass.ts';
import { findCauses } from '../sensitivity/causes/find-causes.ts';
import type { Study } from '../sensitivity/findings.ts';
import { firstLook } from '../sensitivity/first-look.ts';
import { savedTimes } from '../sensitivity/saved-times.ts';
import { studyLayers } from '../sensitivity/study-layers.ts';
import { findTarget } from '../targets/registry.ts';
import { analyzedLayer, type Last } from './analyzed-layer.ts';
import { openRunData } from './open-data.ts';
import { withPool } from './runtime-pool.ts';
import { modelOutputs } from './evaluator.ts';

export interface AnalyzeOptions {
  readonly model: Model;
  readonly target: string | undefined;
  readonly sources: DataSources;
  readonly baseDir: string;
  readonly threads: number;
  readonly seed: number;
  /** Every layer on every sample. */
  readonly exhaustive?: boolean;
  readonly progress: ProgressListener;
  readonly log: (line: string) => void;
  /** Told about once a second what is known so far. */
  readonly onPartial?: (result: AnalysisResult) => void;
  readonly signal?: AbortSignal;
}

/**
 * How layers are quantized for the study: the quick ways, since what learned rounding and corrected biases add takes as
 * long as the study itself.
 */
export const analysisOptions = quantizeOptions.parse({ scheme: 'int8', rounding: 'feedback', biasCorrection: false });

/** Throws `DATA` without data, `UNSUPPORTED` for a model without a layer that int8 can compute. */
export async function analyzeModel(options: AnalyzeOptions): Promise<AnalysisResult> {
  const started = performance.now();
  const { sources, baseDir, seed, signal, threads, progress, log, onPartial, exhaustive = false } = options;
  const original = foldModel(options.model, undefined, signal).model;
  const data = await openRunData(sources, original, { baseDir, seed, ...(signal && { signal }) });
  const { calibration, evaluation, evaluationSource } = data;
  if (!calibration || !evaluation) throw new LatheError('DATA', 'There are no data to analyze the model with.');
  return withPool(options, async (pool, tempDir) => {
    const context: PassContext = {
      runtime: pool.get,
      calibration,
      evaluation,
      target: findTarget(options.target),
      original,
      seed,
      threads,
      tempDir,
      progress,
      log,
      ...(signal && { signal }),
    };
    const metric = await metricFor(evaluationSource!, evaluation, modelOutputs(original), { baseDir, seed });
    const notes: PassNote[] = [];
    const { output } = evaluationSource!;
    const outputChoice = { output, carried: Object.values(evaluation.carry ?? {}) };
    const common = { data: evaluation, metric, output: outputChoice, context } as const;
    const resultOf = (study: Study, last: Last | undefined): AnalysisResult => {
      const figure: MetricFigure = {
        name: metric.name,
        value: study.baseline?.value ?? NaN,
        samples: study.samples,
        synthetic: evaluation.synthetic,
        ...(study.baseline && { ci95: study.baseline.ci95 }),
      };
      return {
        metric: figure,
        baseline: figure.value,
        samples: study.samples,
        layers: study.findings.map((finding, i) => analyzedLayer(finding, i + 1, last)),
        notes: [...data.notes, ...notes.map(({ message }) => message)],
        durationMs: performance.now() - started,
        method: study.method,
        ...(!last && { partial: true }),
      };
    };
    if (onPartial) {
      const look = await firstLook(original, analysisOptions, common);
      if (look) onPartial(resultOf(look, undefined));
    }
    const maker = await prepareStatic(original, analysisOptions, context, notes);
    if (!maker) throw new LatheError('UNSUPPORTED', 'No layer of the main graph can compute with integers.');
    const study = await studyLayers({
      ...common,
      maker,
      exhaustive,
      ...(onPartial && { onProgress: (soFar: Study) => onPartial(resultOf(soFar, undefined)) }),
    });
    const causes = await findCauses(study.findings, maker, context);
    return resultOf(study, { causes, savedMs: await savedTimes(maker, evaluation, context) });
  });
}
