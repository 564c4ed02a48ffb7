/** What each step of a recipe would do, from the structure alone: hints are made of it while somebody types. */

import { modelTensors } from '../../engine/formats/onnx/model-tensors.ts';
import type { Model } from '../../engine/model/model.ts';
import { foldModel } from '../../engine/passes/fold/fold-model.ts';
import { foldOptions } from '../../engine/passes/fold/fold-options.ts';
import type { Pass, PassPlan } from '../../engine/passes/pass.ts';
import { findPass } from '../../engine/passes/registry.ts';
import { findTarget, targetNames } from '../../engine/targets/registry.ts';
import type { Target } from '../../engine/targets/target.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import type { RecipeDocument } from './recipe-document.ts';

export interface StepPlan {
  /** Number in the list of steps. */
  readonly index: number;
  /** Bytes that the step saves, about. */
  readonly savedBytes: number;
  /** For each of the step's `layers:` rules: bytes that are saved less because of it. */
  readonly keptBytes: readonly number[];
}

/** What came of a step, and the model that the next one works on. */
interface Done extends Omit<StepPlan, 'index'> {
  readonly model: Model;
}

/** Half a second of folding. */
const mostNodesToFold = 5000;

/** By the model that the step works on, then by what the step says: a hint is asked for with every key. */
const known = new WeakMap<Model, Map<string, Done>>();

/** Ways of writing a step that are remembered for each model. */
const remembered = 32;

/** Steps that are not valid yet have no plan. */
export function stepPlans(recipe: RecipeDocument, loaded: LoadedModel): readonly StepPlan[] {
  const name = recipe.value(['target']);
  const target = findTarget(typeof name === 'string' && targetNames.includes(name) ? name : undefined);
  const plans: StepPlan[] = [];
  let current = loaded.model;
  for (const { index, name: technique, options } of recipe.steps) {
    const pass = findPass(technique);
    if (!pass?.options.safeParse(options).success) continue;
    const { model, ...plan } = carriedOut(pass, current, options, target);
    plans.push({ ...plan, index });
    current = model;
  }
  return plans;
}

function carriedOut(pass: Pass, model: Model, options: unknown, target: Target): Done {
  let bySteps = known.get(model);
  if (!bySteps) known.set(model, bySteps = new Map<string, Done>());
  const key = JSON.stringify([target.name, pass.name, options]);
  const before = bySteps.get(key);
  if (before) return before;
  const done = pass.name === 'fold' ? folded(model, options) : planned(pass, model, options, target);
  bySteps.set(key, done);
  const [oldest] = bySteps.keys();
  if (oldest !== undefined && bySteps.size > remembered) bySteps.delete(oldest);
  return done;
}

function planned(pass: Pass, model: Model, options: unknown, target: Target): Done {
  const saved = savedBy(pass.plan(model, pass.options.parse(options), target));
  const keptBytes = rulesOf(options)
    .map((_, rule) => savedBy(planWithout(pass, model, options, rule, target)) - saved);
  return { savedBytes: saved, keptBytes, model };
}

/** Folding is done, not planned: later steps see what they will really get. In a large model it takes too long. */
function folded(model: Model, options: unknown): Done {
  if (model.graph.nodes.length > mostNodesToFold) return { savedBytes: 0, keptBytes: [], model };
  const result = foldModel(model, foldOptions.parse(options)).model;
  return { savedBytes: bytesOf(model) - bytesOf(result), keptBytes: [], model: result };
}

function bytesOf(model: Model): number {
  let bytes = 0;
  for (const { byteLength } of modelTensors(model)) bytes += byteLength;
  return bytes;
}

function savedBy({ layers }: PassPlan): number {
  return layers.reduce((sum, { weightBytes, predictedBytes }) => sum + weightBytes - predictedBytes, 0);
}

function rulesOf(options: unknown): readonly unknown[] {
  const rules = (options as Readonly<Record<string, unknown>>)['layers'];
  return Array.isArray(rules) ? rules : [];
}

function planWithout(pass: Pass, model: Model, options: unknown, rule: number, target: Target): PassPlan {
  const layers = rulesOf(options).filter((_, i) => i !== rule);
  return pass.plan(model, pass.options.parse({ ...(options as object), layers }), target);
}
