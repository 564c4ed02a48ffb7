/** The outline: sections, data sources, steps and rules, by what they are about. */

import { isMap, isNode, isPair, isScalar, isSeq, type Node } from 'yaml';
import { SymbolKind, type DocumentSymbol, type FoldingRange } from 'vscode-languageserver';
import { keyText, type RecipeDocument } from './recipe-document.ts';

export function outline(recipe: RecipeDocument): DocumentSymbol[] {
  return children(recipe, recipe.yaml.contents, 0);
}

function children(recipe: RecipeDocument, node: unknown, depth: number): DocumentSymbol[] {
  if (isMap(node)) {
    return node.items.flatMap((pair) => {
      const { key, value } = pair;
      if (!isScalar(key) || !key.range || keyText(pair) === '') return [];
      const kind = isMap(value) ? SymbolKind.Object : isSeq(value) ? SymbolKind.Array : SymbolKind.Property;
      return [symbol(recipe, keyText(pair), detailOf(value), kind, key.range, value, depth)];
    });
  }
  if (!isSeq(node)) return [];
  return node.items.flatMap((item): DocumentSymbol[] => {
    if (!isNode(item) || !item.range || isScalar(item) && depth > 1) return [];
    const pair = isMap(item) ? item.items[0] : undefined;
    const name = pair ? keyText(pair) : isScalar(item) ? String(item.value) : '';
    if (name === '') return [];
    // A step goes by its technique; a rule by its pattern.
    const isRule = name === 'match';
    const title = isRule ? String(isScalar(pair?.value) ? pair.value.value : 'match') : name;
    const others = isRule && isMap(item) ? item.items.slice(1) : [];
    const rest = others.map((one) => `${keyText(one)}: ${detailOf(one.value)}`);
    const inner = isMap(item) && !isRule ? pair?.value : undefined;
    const kind = isRule ? SymbolKind.Key : SymbolKind.Module;
    const range: readonly [number, number, number] = item.range;
    return [symbol(recipe, title || 'match', rest.join(', ') || detailOf(inner), kind, range, inner ?? item, depth)];
  });
}

function symbol(
  recipe: RecipeDocument,
  name: string,
  detail: string,
  kind: SymbolKind,
  own: readonly [number, number, number],
  value: unknown,
  depth: number,
): DocumentSymbol {
  const end = isNode(value) && value.range ? Math.max(own[1], value.range[1]) : own[1];
  const line = recipe.text.indexOf('\n', own[0]);
  const firstLine = line < 0 ? own[1] : Math.min(own[1], line);
  return {
    name,
    detail,
    kind,
    range: recipe.range(own[0], Math.max(end, firstLine)),
    selectionRange: recipe.range(own[0], Math.max(own[0], firstLine)),
    ...(depth < 4 && { children: children(recipe, value, depth + 1) }),
  };
}

function detailOf(value: unknown): string {
  if (!isScalar(value)) return '';
  const { value: plain } = value;
  return typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean' ? String(plain) : '';
}

/** Groups and lists of more than one line, and comments that stand together. */
export function folding(recipe: RecipeDocument): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  const visitNode = (node: unknown, head: number): void => {
    if (!isMap(node) && !isSeq(node)) return;
    const end = lastLineOf(recipe, node);
    if (end > head && head >= 0) ranges.push({ startLine: head, endLine: end });
    for (const item of node.items) {
      if (isPair(item)) visitNode(item.value, lineOf(recipe, item.key));
      else visitNode(item, lineOf(recipe, item));
    }
  };
  visitNode(recipe.yaml.contents, -1);
  const starts = new Set<string>();
  return ranges.filter(({ startLine, endLine }) => {
    const key = `${startLine}-${endLine}`;
    return !starts.has(key) && starts.add(key);
  });
}

function lineOf(recipe: RecipeDocument, node: unknown): number {
  return isNode(node) && node.range ? recipe.position(node.range[0]).line : -1;
}

function lastLineOf(recipe: RecipeDocument, node: Node): number {
  if (!node.range) return -1;
  const text = recipe.text.slice(node.range[0], node.range[1]).trimEnd();
  return recipe.position(node.range[0] + text.length).line;
}
