/**
 * Which layers suffer from int8, and how much: each layer is quantized alone, all others stay float. The error at the
 * outputs orders them on a few samples; the metric is then measured for the worst ones, or for all when that is quick.
 */

import type { AnalysisResult, AnalyzedLayer } from '../../../protocol/results/analysis.ts';
import type { DataSources } from '../data/source-schema.ts';
import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { foldModel } from '../passes/fold/fold-model.ts';
import type { PassContext, PassNote, ProgressListener } from '../passes/pass.ts';
import type { CandidateLayer, CandidateMaker, KeptLayers } from '../passes/quantize/candidates.ts';
import { compareModels } from '../passes/observe.ts';
import { quantizeOptions } from '../passes/quantize/options.ts';
import { prepareStatic } from '../passes/quantize/static/static-pass.ts';
import { findTarget } from '../targets/registry.ts';
import { Evaluator } from './evaluator.ts';
import { openRunData } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

export interface AnalyzeOptions {
  readonly model: Model;
  readonly target: string | undefined;
  readonly sources: DataSources;
  readonly baseDir: string;
  readonly threads: number;
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

const outputSamples = 8;
/** Runs of the model that measuring the metric of single layers may take. */
const metricRuns = 4000;
const fewestMeasured = 5;
/** Below this a layer's own noise is heard at the outputs. */
const audibleDb = 30;

/** Throws `DATA` without data, `UNSUPPORTED` for a model without a layer that int8 can compute. */
export async function analyzeModel(options: AnalyzeOptions): Promise<AnalysisResult> {
  const started = performance.now();
  const { sources, baseDir, seed, signal, threads, progress, log } = options;
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
    const evaluator = await Evaluator.open({
      dataset: evaluation,
      source: evaluationSource!,
      baseDir,
      original,
      runtime: pool.get,
      threads,
      seed,
      progress,
      ...(signal && { signal }),
    });
    const metric = await evaluator.baseline();
    const notes: PassNote[] = [];
    const maker = await prepareStatic(original, quantizeOptions.parse({ scheme: 'int8' }), context, notes);
    if (!maker) throw new LatheError('UNSUPPORTED', 'No layer of the main graph can compute with integers.');
    const alone = await layersAlone(maker, context);
    const measured = Math.min(alone.length, Math.max(fewestMeasured, Math.floor(metricRuns / evaluation.size)));
    const layers: AnalyzedLayer[] = [];
    for (const [i, { layer, sqnrDb }] of alone.entries()) {
      const verdict = i < measured ? (await evaluator.evaluate(only(maker, layer.name))).verdict : undefined;
      layers.push(described(layer, sqnrDb, i + 1, verdict && { drop: verdict.drop, ci: verdict.dropCi95 }));
    }
    return {
      metric,
      baseline: metric.value,
      samples: metric.samples,
      layers: layers.sort((a, b) => (b.drop ?? 0) - (a.drop ?? 0) || a.rank - b.rank)
        .map((layer, i) => ({ ...layer, rank: i + 1 })),
      notes: [...data.notes, ...notes.map(({ message }) => message)],
      durationMs: performance.now() - started,
      method: `each layer alone in int8; output error on ${outputSamples} samples, metric of the ${measured} worst`,
    };
  });
}

/** The integer layers with the SQNR of the outputs when only they are int8, worst first. */
async function layersAlone(
  maker: CandidateMaker,
  context: PassContext,
): Promise<{ readonly layer: CandidateLayer; readonly sqnrDb: number }[]> {
  const outputs = maker.prepared.graph.outputs.map((o) => o.name);
  const layers = maker.make().layers.filter((layer) => layer.mode === 'int8');
  const found: { layer: CandidateLayer; sqnrDb: number }[] = [];
  for (const [i, layer] of layers.entries()) {
    const model = only(maker, layer.name);
    const errors = await compareModels(maker.prepared, model, outputs, context.calibration!, outputSamples, context);
    const worst = Math.min(...[...errors.values()].map((error) => error.sqnrDb));
    found.push({ layer, sqnrDb: worst });
    context.progress('Quantizing each layer alone', i + 1, layers.length);
  }
  return found.sort((a, b) => a.sqnrDb - b.sqnrDb);
}

/** The model with just one layer in int8. */
function only(maker: CandidateMaker, name: string): Model {
  const kept: KeptLayers = new Map(
    maker.make().layers.flatMap((layer) =>
      layer.name === name ? [] : [[layer.name, { mode: 'float', reason: 'analysis' } as const]]),
  );
  return maker.make(kept).model;
}

function described(
  layer: CandidateLayer,
  sqnrDb: number,
  rank: number,
  measured: { readonly drop: number; readonly ci: readonly [number, number] } | undefined,
): AnalyzedLayer {
  const { name, opType, weightBytes, weightSqnrDb } = layer;
  const audible = sqnrDb < audibleDb;
  const reasons = audible
    ? [
        `alone in int8 it leaves ${sqnrDb.toFixed(1)} dB at the outputs`,
        ...(weightSqnrDb !== undefined && weightSqnrDb < audibleDb
          ? [`its weights keep only ${weightSqnrDb.toFixed(1)} dB: their ranges differ much`]
          : ['its activations lose more than its weights']),
      ]
    : [];
  const savedBytes = Math.round((weightBytes * 3) / 4);
  const advice = audible ? [`layers: [{ match: "${name}", keep: float }] costs ${savedBytes} bytes`] : [];
  return {
    name,
    opType,
    weightBytes,
    savedBytes,
    sqnrDb: Number.isFinite(sqnrDb) ? sqnrDb : null,
    drop: measured?.drop ?? null,
    dropCi: measured?.ci ?? null,
    rank,
    reasons,
    advice,
  };
}
