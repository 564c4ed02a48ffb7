/** Carries out what a run asks for, with the code behind the command line: the same documents come out. */

import { dirname } from 'node:path';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import type { Benchmark } from '../../protocol/results/benchmark.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import type { DataChoice, RunRequest } from '../../protocol/runs.ts';
import type { DataSources } from '../engine/data/source-schema.ts';
import { readModel } from '../engine/formats/onnx/read.ts';
import type { Model } from '../engine/model/model.ts';
import { analyzeModel } from '../engine/recipe/analyze.ts';
import { benchmarkModels } from '../engine/recipe/benchmark.ts';
import { withChosenPreprocess } from '../engine/recipe/chosen-preprocess.ts';
import { compareModels } from '../engine/recipe/compare.ts';
import { chosenSources, splitSources } from '../engine/recipe/data-choice.ts';
import { withNodeNames } from '../engine/recipe/node-names.ts';
import { readRecipeFile, runRecipeFile } from '../engine/recipe/recipe-file.ts';
import type { RunOptions } from '../engine/recipe/runner.ts';

export interface WorkOptions
  extends Required<Pick<RunOptions, 'threads' | 'seed' | 'progress' | 'log' | 'signal'>>,
  Required<Pick<RunOptions, 'onResult' | 'onTraining' | 'control'>> {
  /** Told the document as far as it is known, by work whose figures come while it goes on. */
  readonly onPartial: (result: AnalysisResult) => void;
}

/**
 * Throws `LatheError`: what the engine throws.
 *
 * @param provider execution provider that benchmarks measure on
 */
export async function carryOut(
  request: RunRequest,
  options: WorkOptions,
  provider: string,
): Promise<RunResult | AnalysisResult | Benchmark | Comparison> {
  switch (request.kind) {
    case 'recipe': {
      const { seed: _seed, ...work } = options;
      const automatic = request.automatic === true;
      return runRecipeFile(readRecipeFile(request.recipe), { ...work, automatic });
    }
    case 'analyze': {
      const model = withNodeNames(readModel(request.model));
      const baseDir = dirname(request.model);
      const found = await sourcesFor(request.data, model, baseDir, options);
      const sources = await splitSources(found, model, baseDir, request.data.limit);
      return analyzeModel({ ...options, model, target: request.target, sources, baseDir });
    }
    case 'benchmark': {
      const { models: paths, data, seconds } = request;
      const baseDir = dirname(paths[0] ?? '.');
      const sources = await chosenSources(data, baseDir);
      return benchmarkModels({
        ...options, provider, paths, sources, baseDir, batch: 1, nodes: true, ...(seconds !== undefined && { seconds }),
      });
    }
    case 'compare': {
      const { a, b, data } = request;
      const baseDir = dirname(a);
      const sources = await sourcesFor(data, readModel(a), baseDir, options);
      const limit = data?.limit === undefined ? {} : { limit: data.limit };
      return compareModels({ ...options, a, b, sources, ...limit, baseDir });
    }
  }
}

/** With the preprocessing of pictures found out where nobody says it. */
async function sourcesFor(
  data: DataChoice | undefined,
  model: Model,
  baseDir: string,
  options: WorkOptions,
): Promise<DataSources> {
  const { sources, note } = await withChosenPreprocess(await chosenSources(data, baseDir), model, {
    ...options, baseDir,
  });
  if (note !== undefined) options.log(note);
  return sources;
}
