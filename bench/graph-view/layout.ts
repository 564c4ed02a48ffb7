/**
 * Measures the layout of the graph view: time of the first layout and of opening and closing a group, crossings, size.
 *
 *     node bench/run.mjs bench/graph-view/layout.ts [tf-1000 llm-5000 ...] [--runs 7]
 */

import { parseArgs } from 'node:util';
import { layoutGraph } from '../../webview/layout/layout.ts';
import { layoutMemo } from '../../webview/layout/memo.ts';
import { countCrossings } from './crossings.ts';
import { benchmarkNames, networkNamed } from './families.ts';
import { layoutInput, type LayoutInput } from './layout-input.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { runs: { type: 'string', default: '7' } },
});
const names = positionals.length > 0 ? positionals : benchmarkNames;
const runs = Number(values.runs);

/** Counting crossings takes much longer than the layout: not for large graphs. */
const countedUpTo = 1500;

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

function timed<T>(work: () => T): { readonly ms: number; readonly made: T } {
  const began = performance.now();
  const made = work();
  return { ms: performance.now() - began, made };
}

/** Nodes without groups: what the other tools draw. */
function flat({ graph, sizes }: LayoutInput): LayoutInput {
  return { graph: { ...graph, group: graph.group.map(() => -1), groupParent: new Int32Array(0) }, sizes };
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function measure(name: string, shown: 'flat' | 'collapsed' | 'open', { graph, sizes }: LayoutInput): object {
  const groups = graph.groupParent.length;
  const expanded = new Uint8Array(groups).fill(shown === 'open' ? 1 : 0);
  const cold = Array.from({ length: runs }, () => timed(() => layoutGraph(graph, sizes, expanded, layoutMemo())));
  const scene = cold[0]!.made;
  const memo = layoutMemo();
  layoutGraph(graph, sizes, expanded, memo);
  // The group in the middle of the file, closed and opened again.
  const group = groups >> 1;
  const toggles = shown === 'flat' ? [] : Array.from({ length: 2 * runs }, (_, i) => {
    const changed = expanded.slice();
    if (i % 2 === 0) changed[shown === 'open' ? group : 0]! ^= 1;
    return timed(() => layoutGraph(graph, sizes, changed, memo)).ms;
  });
  return {
    name, shown, nodes: graph.group.length, edges: graph.source.length, boxes: scene.boxes.count,
    coldMs: round(median(cold.map(({ ms }) => ms))),
    firstMs: round(cold[0]!.ms),
    toggleMs: toggles.length > 0 ? round(median(toggles)) : null,
    crossings: graph.group.length <= countedUpTo ? countCrossings(scene.lines) : null,
    width: Math.round(scene.width), height: Math.round(scene.height),
  };
}

const rows = names.flatMap((name) => {
  const input = layoutInput(networkNamed(name));
  return [measure(name, 'flat', flat(input)), measure(name, 'collapsed', input), measure(name, 'open', input)];
});
console.table(rows);
console.log(JSON.stringify({ runs, node: process.version, rssMegabytes: Math.round(process.memoryUsage.rss() / 1e6) }));
