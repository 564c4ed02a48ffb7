/** The end of a run: the result is measured against the original, and written down. */

import type { DataDescription, MetricFigure, ModelFigures, RunNote, RunResult } from '../../../protocol/results/run.ts';
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { summarize } from '../analysis/cost.ts';
import type { Dataset } from '../data/dataset.ts';
import { isCancelled, messageOf } from '../errors.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import type { LatencyResult, LatencyRun } from '../runtime/latency.ts';
import { findTarget } from '../targets/registry.ts';
import { formatRecipe } from './format.ts';
import { externalBytes } from './inspect.ts';
import { compareLatency, latencyOptions } from './latency.ts';
import { layerResults } from './layer-results.ts';
import { describeMachine } from './machine.ts';
import { writeReport } from './report/write.ts';
import type { RunEnvironment } from './run-environment.ts';
import type { StepsResult } from './run-steps.ts';
import { writeText } from './write-text.ts';

/** @param started `performance.now()` at the beginning of the run */
export async function finishRun(
  environment: RunEnvironment,
  outcome: StepsResult,
  started: number,
): Promise<RunResult> {
  const { recipe, options, paths, target, original, data, evaluator, maxDrop, kept } = environment;
  const { model, verdict } = outcome;
  // A recipe all of whose steps were undone still gives a result: the model as it was.
  if (kept.candidate?.model !== model) kept.replace({ model, verdict });
  const notes: RunNote[] = [...outcome.notes];
  const latency = await latencyOrNote(environment, notes);
  const host = findTarget('auto');
  if (latency && target !== host) {
    const message = `Latency was measured on this machine (${host.name}), not on ${target.name}.`;
    notes.push({ severity: 'info', message });
  }
  const evaluation = await evaluator?.evaluate(model);
  const [timedBefore, timedAfter] = latency?.runs ?? [];
  const figures = (
    path: string,
    of: Model,
    metric: MetricFigure | undefined,
    timed: LatencyRun | undefined,
  ): ModelFigures => ({
    sizeBytes: statSync(path).size + externalBytes(of),
    parameters: summarize(of).parameters,
    metric: metric ?? null,
    latencyMs: timed ? { median: timed.latencyMs.median, p95: timed.latencyMs.p95 } : null,
  });
  const before = figures(paths.model, original, await evaluator?.baseline(), timedBefore);
  const after = figures(paths.output, readModel(paths.output), evaluation?.figure, timedAfter);
  const drop = evaluation && { value: evaluation.verdict.drop, ci95: evaluation.verdict.dropCi95 };
  const changes = await evaluator?.changes(model);
  const result: RunResult = {
    output: shown(paths.output),
    report: shown(paths.reportHtml),
    reportMarkdown: shown(paths.reportMarkdown),
    recipe: shown(paths.recipe),
    model: shown(paths.model),
    original: before,
    result: after,
    sizeRatio: before.sizeBytes / after.sizeBytes,
    latencyRatio: latency?.ratios[0]?.latency ?? null,
    drop: drop ?? null,
    goal: { ...recipe.goal, ...(Number.isFinite(maxDrop) && { maxDrop }) },
    goalMet: drop === undefined || drop.value <= maxDrop,
    layers: layerResults(original, model, outcome.actions),
    steps: outcome.steps,
    ...(evaluator && { candidates: outcome.candidates.results(model) }),
    ...(changes && { changes }),
    notes,
    synthetic: (data.calibration?.synthetic ?? false) || (data.evaluation?.synthetic ?? false),
    data: {
      ...(data.calibration && { calibration: describe(data.calibration) }),
      ...(data.evaluation && { evaluation: describe(data.evaluation) }),
      ...(data.training && { training: describe(data.training) }),
    },
    target: target.name,
    seed: options.seed,
    threads: options.threads,
    machine: describeMachine(),
    durationMs: performance.now() - started,
  };
  const recipeText = options.recipeText ?? formatRecipe(recipe);
  if (options.recipePath === undefined) writeText(paths.recipe, recipeText);
  writeReport(result, {
    paths,
    recipeText,
    command: options.command ?? `lathe run ${shown(paths.recipe)}`,
    ...(timedBefore && timedAfter && {
      latencySamplesMs: { original: timedBefore.samplesMs, result: timedAfter.samplesMs },
    }),
    ...(changes && { changes }),
  });
  return result;
}

/** A model that cannot be timed here is still a result. */
async function latencyOrNote(environment: RunEnvironment, notes: RunNote[]): Promise<LatencyResult | undefined> {
  const { model, output } = environment.paths;
  if (!environment.data.calibration && !environment.data.evaluation) {
    const message = 'Without data the result was neither run nor timed: give data to have it measured.';
    notes.push({ severity: 'info', message });
    return undefined;
  }
  try {
    // Both models get processes of their own now: what the one so far has kept would only be in the way.
    await environment.restRuntime();
    return await compareLatency(model, output, latencyOptions(environment));
  } catch (error) {
    if (isCancelled(error)) throw error;
    notes.push({ severity: 'warning', message: `The latency could not be measured: ${messageOf(error)}` });
    return undefined;
  }
}

/** Relative to where the command runs, when it is below: shorter, and the same on every machine. */
function shown(path: string): string {
  const way = relative(process.cwd(), path);
  return way === '' || way.startsWith('..') ? path : way;
}

function describe({ description, size, synthetic }: Dataset): DataDescription {
  return { description, samples: size, synthetic };
}
