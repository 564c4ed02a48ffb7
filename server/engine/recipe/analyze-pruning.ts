/** Which groups of channels bear pruning, and how much; see `sensitivity/study-pruning.ts`. */

import type { AnalyzedGroup, PruningAnalysis } from '../../../protocol/results/pruning-analysis.ts';
import { metricFor } from '../data/metrics/choose-metric.ts';
import { LatheError } from '../errors.ts';
import { foldModel } from '../passes/fold/fold-model.ts';
import type { PassContext } from '../passes/pass.ts';
import { studyPruning, type GroupFinding } from '../sensitivity/study-pruning.ts';
import { findTarget } from '../targets/registry.ts';
import type { AnalyzeOptions } from './analyze.ts';
import { modelOutputs } from './evaluator.ts';
import { openRunData } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

const ratios = [0.1, 0.3, 0.5, 0.7] as const;

/** Throws `DATA` without data, `UNSUPPORTED` for a model none of whose channels may go. */
export async function analyzePruning(options: Omit<AnalyzeOptions, 'onPartial'>): Promise<PruningAnalysis> {
  const started = performance.now();
  const { sources, baseDir, seed, signal, threads, progress, log, exhaustive = false } = options;
  const original = foldModel(options.model, undefined, signal).model;
  const data = await openRunData(sources, original, { baseDir, seed, ...(signal && { signal }) });
  const { calibration, evaluation, evaluationSource } = data;
  if (!evaluation) throw new LatheError('DATA', 'There are no data to analyze the model with.');
  return withPool(options, async (pool, tempDir) => {
    const context: PassContext = {
      runtime: pool.get,
      evaluation,
      target: findTarget(options.target),
      original,
      seed,
      threads,
      tempDir,
      progress,
      log,
      ...(calibration && { calibration }),
      ...(signal && { signal }),
    };
    const metric = await metricFor(evaluationSource!, evaluation, modelOutputs(original), { baseDir, seed });
    const { output } = evaluationSource!;
    const study = await studyPruning({
      model: original, data: evaluation, metric, output: { output }, context, ratios, exhaustive,
    });
    if (study.groups.length === 0) {
      throw new LatheError('UNSUPPORTED', 'No channels of this model can be removed on their own.');
    }
    const { value, ci95, samples } = study.baseline;
    const order = [...study.groups].sort((a, b) => harmOf(b) - harmOf(a));
    return {
      metric: { name: metric.name, value, samples, ci95, synthetic: evaluation.synthetic },
      baseline: value,
      samples,
      groups: order.map((group, i) => analyzedGroup(group, i + 1)),
      notes: data.notes,
      durationMs: performance.now() - started,
      method: `each of ${study.groups.length} groups alone, ${ratios.map((ratio) => `${ratio * 100} %`).join(', ')} `
        + `of its channels gone, on ${samples} samples; the next layer makes up for them`,
    };
  });
}

/** Noise over signal at the outputs, added up over all ratios. */
function harmOf({ shares }: GroupFinding): number {
  return shares.reduce((sum, { sqnrDb }) => sum + 10 ** (-(sqnrDb ?? Infinity) / 10), 0);
}

function analyzedGroup({ shares, ...group }: GroupFinding, rank: number): AnalyzedGroup {
  return {
    ...group,
    rank,
    shares: shares.map(({ drop, sqnrDb, ...share }) => ({
      ...share,
      drop: drop?.value ?? null,
      dropCi: drop?.ci95 ?? null,
      sqnrDb: sqnrDb !== undefined && Number.isFinite(sqnrDb) ? sqnrDb : null,
    })),
  };
}
