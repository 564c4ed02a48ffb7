/** Problems of a model, as the graph view, the Problems panel and the text view show them. */

import { notification, request } from './token.ts';

/** A change of a recipe that mends the problem. */
export interface ProblemFix {
  readonly title: string;
  /** Keeps the layer in float, changes one option, adds a step: carried out by `applyFix`. */
  readonly edit: RecipeEdit;
}

export type RecipeEdit =
  /** Adds a rule to the `layers:` of the (last) quantize step. */
  | { readonly kind: 'layer-rule'; readonly match: string; readonly rule: Readonly<Record<string, string>> }
  /** Sets one option of the (first) step of that name, which is added where there is none. */
  | { readonly kind: 'option'; readonly step: string; readonly option: string; readonly value: unknown }
  /** Adds a step, before the first step named `before` or at the end. */
  | { readonly kind: 'step'; readonly step: string; readonly before?: string }
  /** Another target. */
  | { readonly kind: 'target'; readonly target: string };

export interface ModelProblem {
  /** Stable, documented in docs/problems.md: 'LTH3001'. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly fix?: string;
  /** Name of the node in the graph view; absent for the whole model. */
  readonly node?: string;
  /** 0-based line in the text view of the model. */
  readonly line: number;
  readonly fixes: readonly ProblemFix[];
  /** What the finding rests on: run, samples, target. */
  readonly source: string;
}

export interface ProblemsParams {
  readonly uri: string;
}

/** The problems of a model that is open. */
export const modelProblems = request<ProblemsParams, readonly ModelProblem[]>('lathe/model/problems');

/** The problems of a model have changed: ask again. */
export const problemsChanged = notification<ProblemsParams>('lathe/model/problemsChanged');

export interface ApplyFixParams {
  /** The model's uri. */
  readonly uri: string;
  readonly edit: RecipeEdit;
  /** The recipe to edit; without it the newest recipe of the model, or a new one beside the model. */
  readonly recipe?: string;
}

export interface ApplyFixResult {
  /** Uri of the recipe. */
  readonly recipe: string;
  /** `true` where there was no recipe before. */
  readonly created: boolean;
  /** The recipe's whole text after the edit; the client applies it as an edit, so that it can be undone. */
  readonly text: string;
  /** 0-based line of what was changed. */
  readonly line: number;
}

export const applyFix = request<ApplyFixParams, ApplyFixResult>('lathe/recipe/applyFix');
