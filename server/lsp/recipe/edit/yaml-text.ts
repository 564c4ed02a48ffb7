/** Values as YAML, in braces on one line or in lines of their own. */

import { Document, isCollection, isPair, visit } from 'yaml';

const style = { lineWidth: 0, flowCollectionPadding: true } as const;

/** On one line. */
export function flowText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_key, node) => {
      node.flow = true;
    },
  });
  return document.toString(style).trim();
}

/**
 * `key: value` in lines that are indented by `indent` columns: what has groups in it is spread over lines, the groups
 * themselves are not.
 */
export function blockText(key: string, value: unknown, indent: number): string {
  const document = new Document({ [key]: value }, { aliasDuplicateObjects: false });
  let depth = 0;
  visit(document, {
    Collection: (_way, node) => {
      depth += 1;
      if (depth <= 1) return undefined;
      if (depth === 2 && node.items.some((item) => isCollection(isPair(item) ? item.value : item))) return undefined;
      node.flow = true;
      return visit.SKIP;
    },
  });
  return document.toString(style).trimEnd().split('\n').map((line) => `${' '.repeat(indent)}${line}`).join('\n');
}

