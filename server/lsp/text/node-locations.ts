/** Where nodes are in the text view of their model. */

import type { Location } from 'vscode-languageserver';
import type { LoadedModel } from '../models/loaded-model.ts';
import { printedModel, textUri } from './text-views.ts';

/** Of the nodes with these names (or labels), in the order of the text. */
export function nodeLocations(loaded: LoadedModel, names: readonly string[]): Location[] {
  const wanted = new Set(names);
  const { nodes, nodeLine, lines } = printedModel(loaded);
  const uri = textUri(loaded.uri);
  return nodes.flatMap((node, i): Location[] => {
    if (!wanted.has(node.label)) return [];
    const line = nodeLine[i]!;
    const character = /^\s*/.exec(lines[line]!)![0].length;
    return [{ uri, range: { start: { line, character }, end: { line, character: lines[line]!.length } } }];
  });
}
