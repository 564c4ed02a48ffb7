/** Words that may stand as a value: those of the schema, names that the model has, and files. */

import { CompletionItemKind } from 'vscode-languageserver';
import { basename, extname } from 'node:path';
import type { Path } from '../../engine/recipe/schema-walk.ts';
import type { ModelStore } from '../models/store.ts';
import { layerProposals } from './complete-layers.ts';
import { pathProposals } from './complete-paths.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { folderOf, isPattern, readableModel } from './recipe-model.ts';
import { fileKindAt } from './file-keys.ts';
import type { Proposal } from './proposal.ts';
import { documentationAt, valuesAt } from './schema-at.ts';
import { meaningOf } from './word-meanings.ts';

/** @param prefix what is typed so far */
export function knownWords(recipe: RecipeDocument, path: Path, prefix: string, models: ModelStore): Proposal[] {
  return [
    ...schemaProposals(path),
    ...modelProposals(recipe, path, prefix, models),
    ...fileProposals(recipe, path, prefix),
  ];
}

function schemaProposals(path: Path): Proposal[] {
  return valuesAt(path).map((word): Proposal => {
    const documentation = meaningOf(path, word) ?? documentationAt(path);
    return { word, literal: true, ...(documentation !== undefined && { documentation }) };
  });
}

function modelProposals(recipe: RecipeDocument, path: Path, prefix: string, models: ModelStore): Proposal[] {
  const key = path.at(-1);
  const inSource = path[0] === 'data' && path.length === 3;
  const inputs = inSource && key === 'input';
  const outputs = inSource && key === 'output' || path.at(-2) === 'carry';
  const operators = path[0] === 'steps' && path.at(-2) === 'opTypes';
  if (!isPattern(path) && !inputs && !outputs && !operators) return [];
  const loaded = readableModel(recipe, models);
  if (!loaded) return [];
  if (isPattern(path)) return layerProposals(loaded, prefix);
  const { graph } = loaded.model;
  if (operators) {
    const types = new Set([...graph.walk()].map(({ node }) => node.opType));
    return [...types].sort().map((word) => ({ word, kind: CompletionItemKind.Class }));
  }
  const infos = inputs ? graph.feeds() : graph.outputs;
  return infos.map(({ name }) => ({ word: name, kind: CompletionItemKind.Variable }));
}

function fileProposals(recipe: RecipeDocument, path: Path, prefix: string): Proposal[] {
  const folder = folderOf(recipe);
  const wanted = fileKindAt(path);
  if (folder === undefined || !wanted) return [];
  const proposals = pathProposals(folder, prefix, wanted);
  const model = recipe.value(['model']);
  if (path[0] !== 'output' || typeof model !== 'string') return proposals;
  const name = basename(model, extname(model));
  const word = `${model.slice(0, model.length - basename(model).length)}${name}.int8.onnx`;
  return [{ word, kind: CompletionItemKind.File, detail: 'the name that it gets without this key' }, ...proposals];
}
