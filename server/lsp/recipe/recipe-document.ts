/** A recipe as the editor has it: text and syntax tree, half-typed or not. Parsed once for each version. */

import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import type { Position, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { parseRecipe, type ParsedRecipe } from '../../engine/recipe/parse.ts';
import type { Path } from '../../engine/recipe/schema-walk.ts';

/** One key or value of the recipe that has a text of its own. */
export interface RecipePlace {
  /** Of the value; a key has the path of its value. */
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly node: Node;
  /** The pair that the key or value belongs to; undefined for items of lists. */
  readonly pair: Pair | undefined;
  /** Offsets into the text, end exclusive, quotes included. */
  readonly start: number;
  readonly end: number;
}

export class RecipeDocument {
  readonly uri: string;
  readonly text: string;
  readonly yaml: Document;
  private readonly document: TextDocument;
  private checked: ParsedRecipe | undefined;
  private found: readonly RecipePlace[] | undefined;

  constructor(document: TextDocument) {
    this.document = document;
    this.uri = document.uri;
    this.text = document.getText();
    this.yaml = parseDocument(this.text, { prettyErrors: false });
  }

  /** What the recipe's own checks say. */
  get parsed(): ParsedRecipe {
    return (this.checked ??= parseRecipe(this.text));
  }

  /** Scalars and empty groups, in the order of the text. */
  get places(): readonly RecipePlace[] {
    return (this.found ??= placesOf(this.yaml));
  }

  /** The whole as plain values, as far as it can be read; undefined where it cannot. */
  value(path: Path): unknown {
    let node: unknown = this.yaml.contents;
    for (const key of path) node = childOf(this.yaml, node, key);
    return plainValue(this.yaml, node);
  }

  node(path: Path): Node | undefined {
    let node: unknown = this.yaml.contents;
    for (const key of path) node = childOf(this.yaml, node, key);
    return (node ?? undefined) as Node | undefined;
  }

  placeAt(position: Position): RecipePlace | undefined {
    const offset = this.document.offsetAt(position);
    return this.places.findLast(({ start, end }) => start <= offset && offset <= end);
  }

  offsetAt(position: Position): number {
    return this.document.offsetAt(position);
  }

  range(start: number, end: number): Range {
    return { start: this.document.positionAt(start), end: this.document.positionAt(end) };
  }

  position(offset: number): Position {
    return this.document.positionAt(offset);
  }

  rangeOf({ start, end }: Pick<RecipePlace, 'start' | 'end'>): Range {
    return this.range(start, end);
  }

  /** Steps that can be told apart: number in the list, name, and options as written. */
  get steps(): readonly { readonly index: number; readonly name: string; readonly options: unknown }[] {
    const steps = this.value(['steps']);
    if (!Array.isArray(steps)) return [];
    return steps.flatMap((item: unknown, index) => {
      if (typeof item === 'string') return [{ index, name: item, options: {} }];
      if (typeof item !== 'object' || item === null) return [];
      const [entry] = Object.entries(item);
      return entry ? [{ index, name: entry[0], options: (entry[1] as unknown) ?? {} }] : [];
    });
  }
}

/** Aliases that expand without end are no value. */
function plainValue(document: Document, node: unknown): unknown {
  if (node === undefined || node === null) return undefined;
  try {
    return (node as Node).toJS(document, { maxAliasCount: 100 }) as unknown;
  } catch {
    return undefined;
  }
}

function childOf(document: Document, parent: unknown, key: string | number): unknown {
  const node = resolved(document, parent);
  if (isMap(node)) return node.items.find((pair) => keyText(pair) === String(key))?.value;
  return isSeq(node) && typeof key === 'number' ? node.items[key] : undefined;
}

function resolved(document: Document, node: unknown): unknown {
  const alias = node as { resolve?: (document: Document) => unknown } | null | undefined;
  return typeof alias?.resolve === 'function' ? alias.resolve(document) : node;
}

export function keyText({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

/** The way from the root to a node that `visit` shows with its ancestors. */
export function pathOf(ancestors: readonly unknown[], node: unknown): Path {
  const path: (string | number)[] = [];
  for (const [i, ancestor] of ancestors.entries()) {
    if (isPair(ancestor)) path.push(keyText(ancestor));
    else if (isSeq(ancestor)) path.push(ancestor.items.indexOf(ancestors[i + 1] ?? node));
  }
  return path;
}

function placesOf(document: Document): RecipePlace[] {
  const places: RecipePlace[] = [];
  visit(document, {
    Node(key, node, ancestors) {
      const { range } = node;
      if (!range || range[1] <= range[0]) return;
      const empty = (isMap(node) || isSeq(node)) && node.items.length === 0;
      if (!isScalar(node) && !empty) return;
      const parent = ancestors.at(-1);
      places.push({
        path: pathOf(ancestors, node),
        part: key === 'key' ? 'key' : 'value',
        node,
        pair: isPair(parent) ? parent : undefined,
        start: range[0],
        end: range[1],
      });
    },
  });
  return places.sort((a, b) => a.start - b.start);
}

/** The documents that were looked at last, parsed. */
export class RecipeDocuments {
  private readonly parsed = new Map<string, { readonly version: number; readonly recipe: RecipeDocument }>();

  of(document: TextDocument): RecipeDocument {
    const known = this.parsed.get(document.uri);
    if (known?.version === document.version) return known.recipe;
    const recipe = new RecipeDocument(document);
    this.parsed.set(document.uri, { version: document.version, recipe });
    return recipe;
  }

  forget(uri: string): void {
    this.parsed.delete(uri);
  }
}
