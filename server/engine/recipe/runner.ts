/**
 * Carries out a recipe: the one way in which a model is compressed, for the editor, the command line and CI alike.
 * Every step is measured where there are evaluation data; the best result so far is always on disk.
 */

import { existsSync } from 'node:fs';
import type { RunNote, RunResult } from '../../../protocol/results/run.ts';
import { isCancelled, LatheError } from '../errors.ts';
import { checkExternalData } from '../formats/onnx/external-data.ts';
import { readModel } from '../formats/onnx/read.ts';
import { withSparseInitializers } from '../formats/onnx/sparse-storage.ts';
import { writeModel } from '../formats/onnx/write.ts';
import { withDenseInitializers } from '../model/sparse-tensor.ts';
import { findPass } from '../passes/registry.ts';
import { findTarget } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import { BestKept } from './best-kept.ts';
import { defaultMaxDrop } from './default-goal.ts';
import { Evaluator } from './evaluator.ts';
import { finishRun } from './finish.ts';
import { withNodeNames } from './node-names.ts';
import { openRunData } from './open-data.ts';
import { runPaths } from './paths.ts';
import type { Recipe } from './recipe.ts';
import type { RunEnvironment, RunOptions } from './run-environment.ts';
import { carryOutSteps, checkpointPath } from './run-steps.ts';
import { withPool, type RuntimePool } from './runtime-pool.ts';
import { conflictNotes } from './target-conflicts.ts';
import { unmatchedPatterns } from './unmatched.ts';

export type { RunOptions } from './run-environment.ts';

/** Throws what the model, the data and the passes throw; `CANCELLED` names the best result, which stays on disk. */
export async function runRecipe(recipe: Recipe, options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  let environment: RunEnvironment | undefined;
  try {
    return await withPool(options, async (pool, tempDir) => {
      environment = await prepare(recipe, options, tempDir, pool);
      const notes: RunNote[] = [
        ...environment.data.notes.map((message): RunNote => ({ severity: 'info', message })),
        ...unmatchedPatterns(recipe.steps, environment.original),
        ...conflictNotes(recipe.steps, environment.target),
      ];
      const outcome = await carryOutSteps(environment);
      return finishRun(environment, { ...outcome, notes: [...notes, ...outcome.notes] }, started);
    });
  } catch (error) {
    // An interrupted terminal stops the runtime's process as well, which then looks like a crash.
    const stopped = isCancelled(error) || options.signal?.aborted === true;
    throw stopped && environment ? cancelledRun(environment) : error;
  }
}

async function prepare(
  recipe: Recipe,
  options: RunOptions,
  tempDir: string,
  pool: RuntimePool,
): Promise<RunEnvironment> {
  const { baseDir, seed, signal, threads, progress } = options;
  const paths = runPaths(recipe, baseDir, options.recipePath);
  const target = findTarget(recipe.target);
  progress('Reading the model', 0, 0);
  const read = readModel(paths.model);
  // What steps see is dense; a file that was sparse stays so.
  const zeros = read.graph.sparseInitializers.size > 0 || storesZeros(recipe, target);
  const original = withNodeNames(withDenseInitializers(read));
  const [missing] = checkExternalData(original);
  if (missing) throw missing;
  const trains = recipe.steps.some(({ name, options: written }) => {
    const pass = findPass(name);
    return pass?.trains?.(pass.options.parse(written)) === true;
  });
  const data = await openRunData(recipe.data ?? {}, original, { baseDir, seed, trains, ...(signal && { signal }) });
  const evaluator = data.evaluation && await Evaluator.open({
    dataset: data.evaluation,
    source: data.evaluationSource!,
    baseDir,
    original,
    runtime: pool.get,
    threads,
    seed,
    progress,
    ...(signal && { signal }),
  });
  const baseline = await evaluator?.baseline();
  const { goal } = recipe;
  const usual = goal && baseline ? defaultMaxDrop(baseline.name, baseline.value) : Infinity;
  const maxDrop = goal?.maxDrop ?? usual;
  return {
    recipe,
    options,
    paths,
    tempDir,
    runtime: pool.get,
    restRuntime: () => pool.close(),
    target,
    original,
    data,
    ...(evaluator && { evaluator }),
    maxDrop,
    kept: new BestKept(maxDrop, (model) => {
      options.onResult?.('writing', paths.output);
      writeModel(zeros ? withSparseInitializers(model) : model, paths.output);
      options.onResult?.('kept', paths.output);
    }),
  };
}

function storesZeros({ steps }: Recipe, target: Target): boolean {
  return steps.some(({ name, options }) => {
    const pass = findPass(name)!;
    return pass.storesZeros?.(pass.options.parse(options), target) === true;
  });
}

function cancelledRun({ kept, paths, recipe }: RunEnvironment): LatheError {
  const trained = recipe.steps.some((_, index) => existsSync(checkpointPath(paths.output, index)));
  const again = trained ? { fix: 'Run the recipe again: training goes on where it stopped.' } : {};
  if (!kept.candidate) return new LatheError('CANCELLED', 'Cancelled. Nothing was written.', again);
  return new LatheError('CANCELLED', `Cancelled. The best result so far is kept: ${paths.output}`, {
    ...again,
    at: { file: paths.output },
  });
}
