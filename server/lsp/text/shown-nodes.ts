/** Ways from the text view to the graph, and the shapes of values beside the nodes that make them. */

import { InlayHintKind, type CodeLens, type DocumentLink, type InlayHint, type Range } from 'vscode-languageserver';
import {
  firstTokenFrom, textTokenKinds, type PrintedModel,
} from '../../engine/formats/onnx/text/printed-model.ts';
import { typeText } from '../../engine/model/type-text.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import { commandUri, revealNode } from '../languages/links-to-client.ts';
import { typesOf } from './hover.ts';
import { nodeOfLine, tokenOf } from './places.ts';

/** An editor keeps every link: beyond this number the hover has one. */
const mostLinks = 5000;

const kinds = {
  node: textTokenKinds.indexOf('node'),
  operator: textTokenKinds.indexOf('operator'),
  definition: textTokenKinds.indexOf('definition'),
} as const;

/** On the name of each node, or on its operator where it has none. */
export function links(printed: PrintedModel, loaded: LoadedModel): DocumentLink[] {
  const { kind, reference } = printed.tokens;
  const found: DocumentLink[] = [];
  for (let i = 0; i < kind.length && found.length < mostLinks; i++) {
    if (kind[i] !== kinds.node && kind[i] !== kinds.operator) continue;
    const node = printed.nodes[reference[i]!]!;
    if (kind[i] === kinds.operator && node.name !== '') continue;
    const number = loaded.numbers.get(node);
    if (number === undefined) continue;
    const target = commandUri(revealNode(loaded.uri, loaded.table.names[number]!));
    found.push({ range: tokenOf(printed, i).range, target, tooltip: 'Show in graph' });
  }
  return found;
}

/** Above the graph. */
export function lenses(printed: PrintedModel, loaded: LoadedModel): CodeLens[] {
  const { line } = printed.scopes[0]!;
  const start = { line, character: 0 };
  const command = { title: 'Show in graph', command: 'lathe.openGraph', arguments: [loaded.uri] };
  return [{ range: { start, end: start }, command }];
}

/** The type of each value behind the node that makes it, in the lines of `range`. */
export function hints(printed: PrintedModel, loaded: LoadedModel, range: Range): InlayHint[] {
  const { kind, reference, line } = printed.tokens;
  const found: InlayHint[] = [];
  for (let i = firstTokenFrom(printed, range.start.line); i < kind.length && line[i]! <= range.end.line; i++) {
    if (kind[i] !== kinds.definition) continue;
    const value = reference[i]!;
    const name = printed.valueNames[value]!;
    const node = printed.nodes[nodeOfLine(printed, line[i]!)];
    if (!node?.outputs.includes(name)) continue;
    const type = typeText(typesOf(printed, loaded, printed.valueScope[value]!)?.get(name));
    if (type === '') continue;
    found.push({ position: tokenOf(printed, i).range.end, label: `: ${type}`, kind: InlayHintKind.Type });
  }
  return found;
}
