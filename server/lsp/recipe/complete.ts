/** Completion: what may stand where the cursor is. */

import {
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  MarkupKind,
  type CompletionItem,
  type CompletionList,
} from 'vscode-languageserver';
import type { ModelStore } from '../models/store.ts';
import { knownWords } from './complete-values.ts';
import { cursorAt, type Cursor } from './cursor.ts';
import type { Proposal } from './proposal.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { insideQuote, scalarText } from './scalar-text.ts';
import { defaultAt, documentationAt, isStep, keysAt, takesListAt, valuesAt } from './schema-at.ts';

/** More are not looked through by anybody: the list asks again as the word grows. */
const mostItems = 500;

export function complete(recipe: RecipeDocument, offset: number, models: ModelStore): CompletionList {
  const cursor = cursorAt(recipe.text, offset);
  if (!cursor) return { isIncomplete: false, items: [] };
  const items = cursor.wanted === 'key' ? keyItems(recipe, cursor) : valueItems(recipe, cursor, models);
  return { isIncomplete: items.length > mostItems, items: items.slice(0, mostItems) };
}

function item(recipe: RecipeDocument, cursor: Cursor, label: string, newText: string): CompletionItem {
  return {
    label,
    // The editor holds this against what is in the range.
    filterText: `${cursor.lead}${label}`,
    textEdit: { range: recipe.range(cursor.start, cursor.end), newText: `${cursor.lead}${newText}` },
  };
}

function keyItems(recipe: RecipeDocument, cursor: Cursor): CompletionItem[] {
  const { path, siblings } = cursor;
  if (isStep(path)) return siblings.length > 0 ? [] : stepItems(recipe, cursor, '  ');
  return keysAt(path).filter((key) => !siblings.includes(key)).map((key, i) => {
    const at = [...path, key];
    const documentation = documentationAt(at);
    const usual = defaultAt(at);
    return {
      ...item(recipe, cursor, key, cursor.colon ? key : `${key}${keyTail(cursor, at)}`),
      kind: CompletionItemKind.Property,
      sortText: String(i).padStart(3, '0'),
      ...(documentation !== undefined && { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
      ...(usual !== undefined && { detail: `default: ${usual}` }),
      ...(!cursor.colon && {
        insertTextFormat: InsertTextFormat.Snippet,
        insertTextMode: InsertTextMode.adjustIndentation,
        command: { title: 'Suggest', command: 'editor.action.triggerSuggest' },
      }),
    };
  });
}

/** What follows a new key, as a snippet: an opened group or list, else the place of the value. */
function keyTail({ inline }: Cursor, path: readonly (string | number)[]): string {
  const words = valuesAt(path).length > 0;
  const isList = takesListAt(path) && !words;
  const isGroup = keysAt(path).length > 0 && !words;
  if (inline) return isList ? ': [$0]' : isGroup ? ': { $0 }' : ': $0';
  return isList ? ':\n  - $0' : isGroup ? ':\n  $0' : ': $0';
}

/** @param indent of the options of a technique under its name */
function stepItems(recipe: RecipeDocument, cursor: Cursor, indent: string): CompletionItem[] {
  return valuesAt(['steps', 0]).map((name) => {
    const open = cursor.inline ? `${name}: { $0 }` : `${name}:\n${indent}$0`;
    const text = cursor.colon ? name : name === 'fold' ? `${name}: {}` : open;
    const item0 = item(recipe, cursor, name, text);
    const documentation = documentationAt(['steps', 0, name]);
    return {
      ...item0,
      kind: CompletionItemKind.Module,
      ...(documentation !== undefined && { documentation }),
      ...(!cursor.colon && {
        insertTextFormat: InsertTextFormat.Snippet,
        insertTextMode: InsertTextMode.adjustIndentation,
      }),
    };
  });
}

function valueItems(recipe: RecipeDocument, cursor: Cursor, models: ModelStore): CompletionItem[] {
  const { path, wanted } = cursor;
  // After "- " the options of a technique are two columns further in than under a key.
  if (wanted === 'item' && path.length === 1 && path[0] === 'steps') return stepItems(recipe, cursor, '    ');
  if (wanted === 'item' && path.length === 4 && path[3] === 'layers') return [ruleItem(recipe, cursor)];
  if (wanted === 'item' && keysAt([...path, 0]).length > 0) return [];
  const at = wanted === 'item' ? [...path, 0] : path;
  const words = knownWords(recipe, at, cursor.prefix, models);
  if (words.length === 0 && wanted === 'value') return groupItems(recipe, cursor);
  return words.map((proposal, i) => wordItem(recipe, cursor, proposal, i));
}

/** Behind a key that wants a group, on its line: the group in braces, with its first key. */
function groupItems(recipe: RecipeDocument, cursor: Cursor): CompletionItem[] {
  return keysAt(cursor.path).map((key, i) => {
    const documentation = documentationAt([...cursor.path, key]);
    return {
      ...item(recipe, cursor, key, `{ ${key}: $0 }`),
      kind: CompletionItemKind.Property,
      sortText: String(i).padStart(3, '0'),
      insertTextFormat: InsertTextFormat.Snippet,
      ...(documentation !== undefined && { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
      command: { title: 'Suggest', command: 'editor.action.triggerSuggest' },
    };
  });
}

function ruleItem(recipe: RecipeDocument, cursor: Cursor): CompletionItem {
  return {
    ...item(recipe, cursor, '{ match: …, keep: float }', '{ match: "$1", keep: float }'),
    filterText: `${cursor.lead}${cursor.prefix}`,
    kind: CompletionItemKind.Snippet,
    documentation: 'Leaves the layers that match in float.',
    insertTextFormat: InsertTextFormat.Snippet,
    command: { title: 'Suggest', command: 'editor.action.triggerSuggest' },
  };
}

function wordItem(recipe: RecipeDocument, cursor: Cursor, proposal: Proposal, index: number): CompletionItem {
  const { word, kind, detail, documentation, literal = false } = proposal;
  const written = cursor.quote === '' ? literal ? word : scalarText(word) : insideQuote(word, cursor.quote);
  return {
    ...item(recipe, cursor, word, written),
    // Quotes that are part of the new text must not keep it from being found.
    filterText: `${cursor.lead}${word}`,
    kind: kind ?? CompletionItemKind.EnumMember,
    sortText: String(index).padStart(5, '0'),
    ...(detail !== undefined && { detail }),
    ...(documentation !== undefined && { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
    ...(word.endsWith('/') && kind === CompletionItemKind.Folder
      && { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } }),
  };
}
