/** The steps of a recipe, one after the other, each measured where there are evaluation data. */

import { basename, dirname, join } from 'node:path';
import type { MetricFigure, RunNote, StepResult } from '../../../protocol/results/run.ts';
import { throwIfCancelled } from '../errors.ts';
import { summarize } from '../analysis/cost.ts';
import { storedTensorBytes } from '../formats/onnx/model-tensors.ts';
import { withSparseInitializers } from '../formats/onnx/sparse-storage.ts';
import type { Model } from '../model/model.ts';
import type { Judge, LayerAction, PassContext, Verdict } from '../passes/pass.ts';
import { findPass } from '../passes/registry.ts';
import { removeCheckpoint } from '../train/run/checkpoint-file.ts';
import { changeInWords } from '../util/words.ts';
import { CandidateLog } from './candidate-log.ts';
import { latencyOptions, measureMedians } from './latency.ts';
import type { RunEnvironment } from './run-environment.ts';

export interface StepsResult {
  readonly model: Model;
  readonly verdict: Verdict | undefined;
  readonly actions: readonly LayerAction[];
  readonly notes: readonly RunNote[];
  readonly steps: readonly StepResult[];
  readonly candidates: CandidateLog;
}

export async function carryOutSteps(environment: RunEnvironment): Promise<StepsResult> {
  const { recipe, options, kept, evaluator } = environment;
  const candidates = new CandidateLog((found) => kept.allows(found));
  const baseline = await evaluator?.baseline();
  if (baseline) candidates.add(environment.original, '', unchanged(baseline));
  let step = '';
  const context = passContext(environment, (measured, found) => candidates.add(measured, step, found));
  const actions: LayerAction[] = [];
  const notes: RunNote[] = [];
  const steps: StepResult[] = [];
  let model = environment.original;
  let verdict: Verdict | undefined;
  const checkpoints: string[] = [];
  let zeros = false;
  for (const [index, { name, options: written }] of recipe.steps.entries()) {
    throwIfCancelled(options.signal);
    const pass = findPass(name)!;
    step = name;
    const started = performance.now();
    const parsed = pass.options.parse(written);
    const own = pass.trains?.(parsed) === true ? trainingContext(environment, context, index, name) : context;
    if (own.checkpointPath !== undefined) checkpoints.push(own.checkpointPath);
    const result = await pass.apply(model, parsed, own);
    const found = (await evaluator?.evaluate(result.model))?.verdict;
    if (found) candidates.add(result.model, name, found);
    const durationMs = performance.now() - started;
    notes.push(...result.notes);
    zeros ||= pass.storesZeros?.(parsed, environment.target) === true;
    const stored = zeros ? withSparseInitializers(result.model) : result.model;
    const { macs } = summarize(result.model);
    const figures = {
      constantBytes: storedTensorBytes(stored),
      ...(macs !== undefined && { macs }),
      ...(found && { value: found.value }),
      ...(result.training && { training: result.training }),
    };
    if (options.automatic && found && !kept.allows(found) && kept.allows(verdict)) {
      const reason = `${found.metric} would drop by ${changeInWords(found.metric, found.drop).slice(1)}`;
      notes.push({ severity: 'warning', message: `The step "${name}" was undone: ${reason}.` });
      steps.push({ name, durationMs, kept: false, ...figures, reason });
      continue;
    }
    model = result.model;
    verdict = found;
    actions.push(...result.layers);
    kept.replace({ model, verdict });
    steps.push({ name, durationMs, kept: true, ...figures });
  }
  // Until here each is what a killed run would go on from, also in a later step.
  for (const path of checkpoints) removeCheckpoint(path);
  return { model, verdict, actions, notes, steps, candidates };
}

/** What a step that trains gets besides: a place for its checkpoint, and somebody to tell its curves to. */
function trainingContext(
  { options, paths }: RunEnvironment,
  context: PassContext,
  index: number,
  name: string,
): PassContext {
  return {
    ...context,
    ...(options.control && { control: options.control }),
    checkpointPath: checkpointPath(paths.output, index),
    onCurve: (update) => options.onTraining?.({ recipeStep: index, name, ...update }),
  };
}

/** `.NAME.step3.checkpoint` beside the result. */
export function checkpointPath(output: string, index: number): string {
  return join(dirname(output), `.${basename(output)}.step${index + 1}.checkpoint`);
}

/** Of the original, compared with itself. */
function unchanged({ name, value, samples }: MetricFigure): Verdict {
  return { metric: name, value, samples, drop: 0, dropCi95: [0, 0] };
}

type MeasuredListener = (model: Model, verdict: Verdict) => void;

function passContext(environment: RunEnvironment, onMeasured: MeasuredListener): PassContext {
  const { options, target, original, tempDir, runtime } = environment;
  const { calibration, evaluation, training } = environment.data;
  const judge = judgeOf(environment, onMeasured);
  return {
    runtime,
    ...(calibration && { calibration }),
    ...(evaluation && { evaluation }),
    ...(training && { training }),
    target,
    ...(judge && { judge }),
    original,
    seed: options.seed,
    threads: options.threads,
    tempDir,
    baseDir: options.baseDir,
    progress: options.progress,
    log: options.log,
    ...(options.signal && { signal: options.signal }),
  };
}

function judgeOf(environment: RunEnvironment, onMeasured: MeasuredListener): Judge | undefined {
  const { evaluator, maxDrop, recipe, kept } = environment;
  if (!evaluator) return undefined;
  return {
    maxDrop,
    prefer: recipe.goal?.prefer ?? 'size',
    evaluate: async (model) => {
      const { verdict } = await evaluator.evaluate(model);
      onMeasured(model, verdict);
      return verdict;
    },
    latencies: (models) => measureMedians(models, latencyOptions(environment)),
    keep: async (model, verdict) => kept.offer({ model, verdict }),
  };
}
