/** Offers to keep the layers in float that past runs found to be the worst. */

import { CodeActionKind, type CodeAction, type Range } from 'vscode-languageserver';
import type { ModelStore } from '../models/store.ts';
import type { RunResults } from '../results.ts';
import { applyEdit } from './edit/apply-edit.ts';
import { patternPlaces } from './patterns.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { matching, readableModel, recipeLayers } from './recipe-model.ts';
import { exactPattern } from './scalar-text.ts';
import { rewritten } from './rewritten.ts';

/** Layers that are offered. */
const most = 3;

interface Suspect {
  readonly name: string;
  /** What was measured, in words. */
  readonly because: string;
}

/** For a cursor in a quantize step: its worst layers that no rule concerns yet. */
export async function keepInFloat(
  recipe: RecipeDocument,
  range: Range,
  models: ModelStore,
  results: RunResults,
): Promise<CodeAction[]> {
  const [steps, index, technique] = recipe.placeAt(range.start)?.path ?? [];
  if (steps !== 'steps' || technique !== 'quantize' || typeof index !== 'number') return [];
  const loaded = readableModel(recipe, models);
  if (!loaded) return [];
  const layers = recipeLayers(loaded);
  const ruled = new Set(patternPlaces(recipe).filter(({ step }) => step === index)
    .flatMap(({ pattern }) => matching(pattern, layers)));
  const suspects = (await suspectsOf(results, loaded.path))
    .filter(({ name }) => layers.summaries.has(name) && !ruled.has(name));
  return suspects.slice(0, most).flatMap(({ name, because }): CodeAction[] => {
    const edits = rewritten(recipe, (text) =>
      applyEdit(text, { kind: 'layer-rule', match: exactPattern(name), rule: { keep: 'float' } }).text);
    if (edits.length === 0) return [];
    return [{
      title: `Keep "${name}" in float (${because})`,
      kind: CodeActionKind.QuickFix,
      edit: { changes: { [recipe.uri]: edits } },
    }];
  });
}

/** The worst first: by the newest analysis, else by the noise of the newest run. */
async function suspectsOf(results: RunResults, modelPath: string): Promise<Suspect[]> {
  const runs = await results.of(modelPath);
  const analysis = runs.find((run) => run.kind === 'analyze');
  if (analysis?.kind === 'analyze') {
    const { layers, metric } = analysis.result;
    return layers.filter(({ drop }) => drop !== null && drop > 0).toSorted((a, b) => a.rank - b.rank)
      .map(({ name, drop }) => ({ name, because: `${metric.name} drops by ${Number(drop!.toPrecision(2))} with it` }));
  }
  const run = runs.find(({ kind }) => kind === 'recipe');
  if (run?.kind !== 'recipe') return [];
  return run.result.layers.filter(({ sqnrDb }) => sqnrDb !== null).toSorted((a, b) => a.sqnrDb! - b.sqnrDb!)
    .map(({ name, sqnrDb }) => ({ name, because: `SQNR ${sqnrDb!.toFixed(1)} dB in the last run` }));
}
