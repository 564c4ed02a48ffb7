/** What the wizard offers, as lists; without VS Code, so that the lists can be tested. */

import type { FoundData, RecipeAdvice, TargetChoice, Technique } from '../../protocol/advice.ts';
import type { DataChoice } from '../../protocol/runs.ts';
import { predictionText } from './figures.ts';

export interface Choice<Value> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: Value;
}

/** The target that Enter takes: the one in the settings, or this machine. */
export function suggestedTarget(targets: readonly TargetChoice[], setting: string): TargetChoice | undefined {
  return targets.find(({ name }) => name === setting) ?? targets.find(({ here }) => here) ?? targets[0];
}

/** The suggested target first, this machine next, then the rest in their order. */
export function targetChoices(targets: readonly TargetChoice[], suggested: string): Choice<string>[] {
  const rank = ({ name, here }: TargetChoice): number => name === suggested ? 0 : here ? 1 : 2;
  return [...targets].sort((a, b) => rank(a) - rank(b)).map(({ name, title, description, here }) => ({
    label: `${here ? '$(device-desktop)' : '$(server)'} ${title}`,
    detail: description,
    value: name,
  }));
}

export interface Preference {
  readonly prefer: 'size' | 'latency' | 'both';
  /** Absolute, 0..1; undefined for what is usual. */
  readonly maxDrop: number | undefined;
}

/** "at most 1 point of accuracy lost". */
export function budgetText(maxDrop: number | undefined): string {
  if (maxDrop === undefined) return 'accuracy nearly as before';
  const points = Number((maxDrop * 100).toFixed(3));
  return points === 0 ? 'no accuracy lost' : `at most ${points} ${points === 1 ? 'point' : 'points'} of accuracy lost`;
}

/** What the first question can end with: an answer, or the wish to change what the answers are based on. */
export type PreferenceAnswer = Preference | 'target' | 'budget';

/** One Enter for what nearly everybody wants; the target and the budget in words, and a way to change them. */
export function preferenceChoices(maxDrop: number | undefined, target: TargetChoice): Choice<PreferenceAnswer>[] {
  const place = target.here ? `on this machine (${target.name})` : `on ${target.title}`;
  const description = `${place}, ${budgetText(maxDrop)}`;
  return [
    { label: '$(zap) Smaller and faster', description, value: { prefer: 'both', maxDrop } },
    { label: '$(archive) As small as possible', description, value: { prefer: 'size', maxDrop } },
    { label: '$(dashboard) As fast as possible', description, value: { prefer: 'latency', maxDrop } },
    { label: '$(server) For another target…', description: 'where the model will run', value: 'target' },
    { label: '$(target) Change the accuracy budget…', description: 'how much may be lost', value: 'budget' },
  ];
}

/** The share that a budget in points means; undefined for text that is no budget. */
export function parseBudget(text: string): number | undefined {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(?:%|points?)?\s*$/i.exec(text);
  if (!match) return undefined;
  const points = Number(match[1]!.replace(',', '.'));
  return points <= 100 ? points / 100 : undefined;
}

export type DataAnswer =
  | { readonly kind: 'data'; readonly data: DataChoice }
  | { readonly kind: 'browse'; readonly what: 'folder' | 'file' }
  | { readonly kind: 'none' };

/** Data that were found first, "no data" last. */
export function dataChoices(found: readonly FoundData[], without: string): Choice<DataAnswer>[] {
  return [
    ...found.map(({ choice, title, description }): Choice<DataAnswer> => ({
      label: `$(file-media) ${title}`, description, value: { kind: 'data', data: choice },
    })),
    { label: '$(folder-opened) Choose a folder…', description: 'pictures', value: { kind: 'browse', what: 'folder' } },
    {
      label: '$(file) Choose a file…', description: 'a data file, .npz, .npy or .jsonl',
      value: { kind: 'browse', what: 'file' },
    },
    { label: '$(circle-slash) No data', description: without, value: { kind: 'none' } },
  ];
}

/** Whether Enter takes this answer: what was found, or doing without where nothing was. */
export function isSuggestedData(found: readonly FoundData[], answer: DataAnswer): boolean {
  return found.length > 0 ? answer.kind === 'data' && answer.data === found[0]!.choice : answer.kind === 'none';
}

export type RecipeAnswer = 'run' | 'edit';

/** The recipe with what it promises, and what else can be done with it. */
export function recipeChoices(advice: RecipeAdvice, name: string, mayRun: boolean): Choice<RecipeAnswer>[] {
  const { predicted, reasons, warnings } = advice;
  const promise = {
    description: predictionText(predicted),
    detail: [...reasons, predicted.basis].join(' '),
  };
  const later = { label: '$(edit) Write the recipe, run it later', description: 'to change it first' };
  return [
    ...(mayRun
      ? [{ label: `$(play) Run ${name}`, ...promise, value: 'run' }, { ...later, value: 'edit' }] as const
      : [{ label: `$(edit) Write ${name}`, ...promise, value: 'edit' }] as const),
    ...warnings.map((warning): Choice<RecipeAnswer> => ({ label: `$(warning) ${warning}`, value: 'edit' })),
  ];
}

const titles: Readonly<Record<Technique, string>> = { quantize: 'Quantize', prune: 'Prune', distill: 'Distill' };

export function wizardTitle(technique: Technique | undefined, model: string): string {
  return `${technique === undefined ? 'Compress' : titles[technique]} ${model}`;
}
