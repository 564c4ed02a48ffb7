/** Hover: what a key is for, what a word means, what a pattern matches. */

import { isScalar } from 'yaml';
import { MarkupKind, type Hover, type Position } from 'vscode-languageserver';
import { summarize } from '../../engine/analysis/cost.ts';
import { findPass } from '../../engine/passes/registry.ts';
import { bytesInWords, countInWords, plural } from '../../engine/util/words.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import type { ModelStore } from '../models/store.ts';
import type { RunResults } from '../results.ts';
import { measuredOf } from './layer-history.ts';
import { commandUri, revealNode } from '../languages/links-to-client.ts';
import { codeSpan, escapeMarkdown } from '../languages/markdown.ts';
import type { RecipeDocument, RecipePlace } from './recipe-document.ts';
import { isPattern, matching, readableModel, recipeLayers } from './recipe-model.ts';
import { defaultAt, documentationAt, isStep, valuesAt } from './schema-at.ts';
import { meaningOf } from './word-meanings.ts';

/** Layers of a pattern that are listed by name. */
const listed = 8;

export async function hover(
  recipe: RecipeDocument,
  position: Position,
  models: ModelStore,
  results: RunResults,
): Promise<Hover | null> {
  const place = recipe.placeAt(position);
  if (!place) return null;
  const lines = place.part === 'key' ? aboutKey(place) : await aboutValue(recipe, place, models, results);
  if (lines.length === 0) return null;
  return { range: recipe.rangeOf(place), contents: { kind: MarkupKind.Markdown, value: lines.join('\n\n') } };
}

function aboutKey({ path }: RecipePlace): string[] {
  const documentation = documentationAt(path);
  const words = valuesAt(path);
  const usual = defaultAt(path);
  return [
    ...(documentation === undefined ? [] : [escapeMarkdown(documentation)]),
    ...(words.length === 0 ? [] : [`One of ${words.map((word) => `\`${word}\``).join(', ')}.`]),
    ...(usual === undefined ? [] : [`Default: \`${usual}\`.`]),
  ];
}

async function aboutValue(
  recipe: RecipeDocument,
  place: RecipePlace,
  models: ModelStore,
  results: RunResults,
): Promise<string[]> {
  const { path, node } = place;
  const value: unknown = isScalar(node) ? node.value : undefined;
  if (isStep(path)) {
    const summary = findPass(String(value))?.summary;
    return summary === undefined ? [] : [escapeMarkdown(summary)];
  }
  const named = path[0] === 'model' && path.length === 1;
  const loaded = named || isPattern(path) ? readableModel(recipe, models) : undefined;
  if (loaded && named) return aboutModel(loaded);
  if (loaded && typeof value === 'string' && value !== '') return aboutPattern(loaded, value, results);
  const meaning = meaningOf(path, String(value));
  const documentation = documentationAt(path);
  return [meaning ?? documentation].flatMap((text) => (text === undefined ? [] : [escapeMarkdown(text)]));
}

function aboutModel(loaded: LoadedModel): string[] {
  const { layers, parameters, macs, opset, inputs } = summarize(loaded.model);
  const costs = [plural(layers.length, 'layer'), `${countInWords(parameters)} parameters`,
    ...(macs === undefined ? [] : [`${countInWords(macs)} MACs`]), `opset ${opset}`];
  const shapes = inputs.map(({ name, shape }) => `\`${name}\`${shape ? ` [${shape.join(', ')}]` : ''}`);
  return [costs.join(', '), ...(shapes.length > 0 ? [`Inputs: ${shapes.join(', ')}`] : [])];
}

async function aboutPattern(loaded: LoadedModel, pattern: string, results: RunResults): Promise<string[]> {
  const layers = recipeLayers(loaded);
  const names = matching(pattern, layers);
  const figures = (name: string): string => {
    const layer = layers.summaries.get(name);
    if (!layer) return '';
    const { opType, weightBytes, macs } = layer;
    return [opType, `${bytesInWords(weightBytes)} of constants`,
      ...(macs === undefined ? [] : [`${countInWords(macs)} MACs`])].join(', ');
  };
  const link = (name: string): string =>
    `[${codeSpan(name)}](${commandUri(revealNode(loaded.uri, name))} "Show in graph")`;
  const [name] = names;
  if (name === undefined) return ['No layer of the model matches.'];
  if (names.length === 1) {
    return [`${link(name)}: ${figures(name)}`, ...(await measuredOf(results, loaded.path, name)).map(escapeMarkdown)];
  }
  const bytes = names.reduce((sum, one) => sum + (layers.summaries.get(one)?.weightBytes ?? 0), 0);
  const rows = names.slice(0, listed).map((one) => `- ${link(one)}: ${figures(one)}`);
  const more = names.length > listed ? [`- and ${names.length - listed} more`] : [];
  const list = [...rows, ...more].join('\n');
  return [`${plural(names.length, 'layer')} match, ${bytesInWords(bytes)} of constants.`, list];
}
