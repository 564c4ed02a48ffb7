/** The outline of the text view: groups of nodes as in the graph view, bodies of control flow, functions. */

import { SymbolKind, type DocumentSymbol, type FoldingRange, type Range } from 'vscode-languageserver';
import { groupKinds } from '../../../protocol/graph/structure.ts';
import type { PrintedModel } from '../../engine/formats/onnx/text/printed-model.ts';
import { plural } from '../../engine/util/words.ts';
import type { LoadedModel } from '../models/loaded-model.ts';

export function outline(printed: PrintedModel, loaded: LoadedModel): DocumentSymbol[] {
  const tree = new Outline(printed, loaded);
  return printed.scopes.flatMap(({ owner }, scope) => (owner < 0 ? [tree.scope(scope)] : []));
}

/** What can be folded: brackets over several lines, and groups of the outline. */
export function folding(printed: PrintedModel, symbols: readonly DocumentSymbol[]): FoldingRange[] {
  const ranges = printed.blocks.map(({ line, endLine }): FoldingRange => ({ startLine: line, endLine }));
  const taken = new Set(ranges.map(({ startLine }) => startLine));
  const visit = (symbol: DocumentSymbol): void => {
    const { start, end } = symbol.range;
    const isGroup = symbol.kind === SymbolKind.Namespace && end.line > start.line && !taken.has(start.line);
    if (isGroup) {
      taken.add(start.line);
      ranges.push({ startLine: start.line, endLine: end.line });
    }
    symbol.children?.forEach(visit);
  };
  symbols.forEach(visit);
  return ranges.filter(({ startLine, endLine }) => endLine > startLine).sort((a, b) => a.startLine - b.startLine);
}

interface OpenGroup {
  readonly group: number;
  readonly symbol: DocumentSymbol;
}

class Outline {
  private readonly printed: PrintedModel;
  private readonly loaded: LoadedModel;
  private readonly nodesOfScope: number[][];
  private readonly scopesOfNode = new Map<number, number[]>();

  constructor(printed: PrintedModel, loaded: LoadedModel) {
    this.printed = printed;
    this.loaded = loaded;
    this.nodesOfScope = printed.scopes.map(() => []);
    for (const [node, scope] of printed.nodeScope.entries()) this.nodesOfScope[scope]!.push(node);
    for (const [scope, { owner }] of printed.scopes.entries()) {
      if (owner >= 0) this.scopesOfNode.set(owner, [...this.scopesOfNode.get(owner) ?? [], scope]);
    }
  }

  scope(index: number): DocumentSymbol {
    const { name, line, endLine, definition } = this.printed.scopes[index]!;
    return {
      name: name || 'graph',
      detail: plural(this.nodesOfScope[index]!.length, 'node'),
      kind: definition ? SymbolKind.Class : SymbolKind.Module,
      range: this.range(line, endLine),
      selectionRange: this.range(line, line),
      children: [...this.constants(line, endLine), ...this.nodes(index)],
    };
  }

  /** The list of initializers, as one entry. */
  private constants(from: number, to: number): DocumentSymbol[] {
    const block = this.printed.blocks.find(({ kind, line }) => kind === 'initializers' && line > from && line < to);
    if (!block) return [];
    return [{
      name: 'initializers',
      detail: plural(block.endLine - block.line, 'line'),
      kind: SymbolKind.Array,
      range: this.range(block.line, block.endLine),
      selectionRange: this.range(block.line, block.line),
    }];
  }

  /** Nodes that follow each other in a group are in one entry, also where the group goes on later. */
  private nodes(scope: number): DocumentSymbol[] {
    const top: DocumentSymbol[] = [];
    const open: OpenGroup[] = [];
    for (const node of this.nodesOfScope[scope]!) {
      const groups = this.groupsOf(node);
      if (!groups) continue;
      const lines = this.range(this.printed.nodeLine[node]!, this.printed.nodeEndLine[node]!);
      while (open.length > groups.length || open.some(({ group }, i) => group !== groups[i])) open.pop();
      for (const group of groups.slice(open.length)) {
        const symbol = this.group(group, lines);
        (open.at(-1)?.symbol.children ?? top).push(symbol);
        open.push({ group, symbol });
      }
      for (const { symbol } of open) symbol.range.end = lines.end;
      (open.at(-1)?.symbol.children ?? top).push(this.node(node, lines));
    }
    return top;
  }

  private group(group: number, lines: Range): DocumentSymbol {
    return {
      name: this.loaded.structure.groupNames[group] ?? '',
      kind: SymbolKind.Namespace,
      range: { start: lines.start, end: lines.end },
      selectionRange: { start: lines.start, end: lines.start },
      children: [],
    };
  }

  private node(node: number, lines: Range): DocumentSymbol {
    const { label, opType } = this.printed.nodes[node]!;
    const bodies = this.scopesOfNode.get(node) ?? [];
    const start = lines.start.line;
    return {
      name: label,
      detail: opType,
      kind: SymbolKind.Function,
      range: lines,
      selectionRange: this.range(start, start),
      ...(bodies.length > 0 && { children: bodies.map((scope) => this.scope(scope)) }),
    };
  }

  /** From the outermost in; undefined for constants, which the graph view has not. */
  private groupsOf(node: number): readonly number[] | undefined {
    const number = this.loaded.numbers.get(this.printed.nodes[node]!);
    // Nodes of functions are in no group.
    if (number === undefined) return this.printed.nodes[node]!.is('Constant') ? undefined : [];
    const { group, groupParent, groupKind } = this.loaded.structure;
    const groups: number[] = [];
    for (let at = group[number]!; at >= 0; at = groupParent[at]!) {
      if (groupKinds[groupKind[at]!] === 'subgraph') break;
      groups.unshift(at);
    }
    return groups;
  }

  private range(from: number, to: number): Range {
    const end = this.printed.lines[to]?.length ?? 0;
    return { start: { line: from, character: 0 }, end: { line: to, character: end } };
  }
}
