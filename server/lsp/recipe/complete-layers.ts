/** Names of layers, and patterns that mean several of them. */

import { CompletionItemKind } from 'vscode-languageserver';
import { bytesInWords, countInWords, plural } from '../../engine/util/words.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import type { Proposal } from './proposal.ts';
import { recipeLayers } from './recipe-model.ts';
import { exactPattern } from './scalar-text.ts';

/** Layers with weights first, the largest on top; then patterns of groups; then the other layers. */
export function layerProposals(loaded: LoadedModel, prefix: string): Proposal[] {
  const { names, summaries } = recipeLayers(loaded);
  const near = (word: string): boolean => word.toLowerCase().includes(prefix.replaceAll('*', '').toLowerCase());
  const bytes = (name: string): number => summaries.get(name)?.weightBytes ?? 0;
  const layers = names.filter((name) => summaries.has(name) && near(name)).sort((a, b) => bytes(b) - bytes(a));
  const proposals = layers.map((name): Proposal => {
    const { opType, weightBytes, macs } = summaries.get(name)!;
    const parts = [opType, ...(weightBytes > 0 ? [bytesInWords(weightBytes)] : []),
      ...(macs !== undefined && macs > 0 ? [`${countInWords(macs)} MACs`] : [])];
    return { word: exactPattern(name), kind: CompletionItemKind.Value, detail: parts.join(', ') };
  });
  const weighted = layers.filter((name) => bytes(name) > 0).length;
  const globs = globsOf(names).filter(({ word }) => near(word.replaceAll('*', '')));
  return [...proposals.slice(0, weighted), ...globs, ...proposals.slice(weighted)];
}

/** `/layer1/**` for every part of the names that several layers share. */
function globsOf(names: readonly string[]): Proposal[] {
  const members = new Map<string, number>();
  for (const name of names) {
    for (let end = name.indexOf('/', 1); end > 0; end = name.indexOf('/', end + 1)) {
      const scope = name.slice(0, end);
      members.set(scope, (members.get(scope) ?? 0) + 1);
    }
  }
  return [...members].filter(([, count]) => count > 1).map(([scope, count]) => ({
    word: `${exactPattern(scope)}/**`, kind: CompletionItemKind.Folder, detail: plural(count, 'layer'),
  }));
}
