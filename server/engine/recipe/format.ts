/** Writes a recipe as a person would: short groups on one line, the documentation's order, reasons as comments. */

import { Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Recipe } from './recipe.ts';

export interface RecipeComments {
  /** Above the first line. */
  readonly head?: string;
  /** Above the step of the same index. */
  readonly steps?: readonly (string | undefined)[];
  /** Above the key `goal`, `data` or `target`. */
  readonly target?: string;
  readonly data?: string;
  readonly goal?: string;
}

const order = ['version', 'model', 'output', 'target', 'data', 'goal', 'seed'] as const;

/** Longest group that stays on one line. */
const lineWidth = 100;

/** `parseRecipe(formatRecipe(recipe))` gives an equal recipe back. */
export function formatRecipe(recipe: Recipe, comments: RecipeComments = {}): string {
  const entries: [string, unknown][] = order.flatMap((key) => (recipe[key] === undefined ? [] : [[key, recipe[key]]]));
  entries.push(['steps', recipe.steps.map(({ name, options }) => ({ [name]: options }))]);
  const document = new Document(Object.fromEntries(entries), { aliasDuplicateObjects: false });
  const root = document.contents;
  if (!isMap(root)) return String(document);
  if (comments.head !== undefined) document.commentBefore = asComment(comments.head);
  for (const { key, value } of root.items) {
    if (!isScalar<string>(key)) continue;
    const name = key.value;
    const comment = name === 'target' || name === 'data' || name === 'goal' ? comments[name] : undefined;
    if (comment !== undefined) key.commentBefore = asComment(comment);
    if (name === 'goal') flow(value);
    if (name === 'data' && isMap(value)) for (const source of value.items) flow(source.value);
    if (name === 'steps' && isSeq(value)) styleSteps(value.items as Node[], comments.steps ?? []);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function styleSteps(steps: readonly Node[], reasons: readonly (string | undefined)[]): void {
  for (const [i, step] of steps.entries()) {
    const reason = reasons[i];
    if (reason !== undefined) step.commentBefore = asComment(reason);
    if (!isMap(step)) continue;
    for (const { value: options } of step.items) {
      if (!isMap(options)) continue;
      if (options.items.length === 0) options.flow = true;
      for (const { value } of options.items) {
        if (isSeq(value) && value.items.every((item) => isMap(item))) value.items.forEach(flow);
        else flow(value);
      }
    }
  }
}

/** Puts a group or list on one line where it fits, else what is in it. */
function flow(node: unknown): void {
  if (!isMap(node) && !isSeq(node)) return;
  if (JSON.stringify(node.toJSON()).length <= lineWidth) node.flow = true;
  else if (isMap(node)) for (const { value } of node.items) flow(value);
  else node.items.forEach(flow);
}

/** The text in lines that fit, each with the space after the `#`. */
function asComment(text: string): string {
  return text.split('\n').flatMap(wrapped).map((line) => ` ${line}`).join('\n');
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > lineWidth) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
