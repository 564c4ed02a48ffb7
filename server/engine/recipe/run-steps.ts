/** The steps of a recipe, one after the other, each measured where there are evaluation data. */

import type { RunNote, StepResult } from '../../../protocol/results/run.ts';
import { throwIfCancelled } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { Judge, LayerAction, PassContext, Verdict } from '../passes/pass.ts';
import { findPass } from '../passes/registry.ts';
import { changeInWords } from '../util/words.ts';
import { latencyOptions, measureMedians } from './latency.ts';
import type { RunEnvironment } from './run-environment.ts';

export interface StepsResult {
  readonly model: Model;
  readonly verdict: Verdict | undefined;
  readonly actions: readonly LayerAction[];
  readonly notes: readonly RunNote[];
  readonly steps: readonly StepResult[];
}

export async function carryOutSteps(environment: RunEnvironment): Promise<StepsResult> {
  const { recipe, options, kept, evaluator } = environment;
  const context = passContext(environment);
  const actions: LayerAction[] = [];
  const notes: RunNote[] = [];
  const steps: StepResult[] = [];
  let model = environment.original;
  let verdict: Verdict | undefined;
  for (const { name, options: written } of recipe.steps) {
    throwIfCancelled(options.signal);
    const pass = findPass(name)!;
    const started = performance.now();
    const result = await pass.apply(model, pass.options.parse(written), context);
    const found = (await evaluator?.evaluate(result.model))?.verdict;
    const durationMs = performance.now() - started;
    notes.push(...result.notes);
    const value = found && { value: found.value };
    if (options.automatic && found && !kept.allows(found) && kept.allows(verdict)) {
      const reason = `${found.metric} would drop by ${changeInWords(found.metric, found.drop).slice(1)}`;
      notes.push({ severity: 'warning', message: `The step "${name}" was undone: ${reason}.` });
      steps.push({ name, durationMs, kept: false, ...value, reason });
      continue;
    }
    model = result.model;
    verdict = found;
    actions.push(...result.layers);
    kept.replace({ model, verdict });
    steps.push({ name, durationMs, kept: true, ...value });
  }
  return { model, verdict, actions, notes, steps };
}

function passContext(environment: RunEnvironment): PassContext {
  const { options, target, original, tempDir, runtime } = environment;
  const { calibration, evaluation, training } = environment.data;
  const judge = judgeOf(environment);
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
    progress: options.progress,
    log: options.log,
    ...(options.signal && { signal: options.signal }),
  };
}

function judgeOf(environment: RunEnvironment): Judge | undefined {
  const { evaluator, maxDrop, recipe, kept } = environment;
  if (!evaluator) return undefined;
  return {
    maxDrop,
    prefer: recipe.goal?.prefer ?? 'size',
    evaluate: async (model) => (await evaluator.evaluate(model)).verdict,
    latencies: (models) => measureMedians(models, latencyOptions(environment)),
    keep: async (model, verdict) => kept.offer({ model, verdict }),
  };
}
