/** Which nodes belong together: by the scopes in their names, by the bodies that hold them, by blocks that repeat. */

import type { Node } from '../../model/node.ts';
import { repeatsIn, saved } from './blocks.ts';
import type { Edges } from './edges.ts';
import { GroupList } from './group-list.ts';
import type { NodeTable } from './node-table.ts';
import { scopesOf, type Named } from './scopes.ts';
import { servedLayers } from './served.ts';

/** Names of fewer nodes than this part of a graph say nothing about it. */
const namedShare = 0.25;

export interface Signatures {
  /** By node: what it does and the shape of what it makes. */
  readonly exact: (node: number) => number;
  /** By node: the operator alone. */
  readonly coarse: (node: number) => number;
}

export function groupsOf(table: NodeTable, edges: Edges, signatures: Signatures): GroupList {
  const groups = new GroupList(table.nodes.length);
  const members = membersOf(table);
  for (const [place, { owner, attribute }] of table.places.entries()) {
    const nodes = members[place]!;
    if (nodes.length === 0) continue;
    const around = owner < 0 ? -1 : groups.add('subgraph', attribute, groups.groupOf[owner]!);
    for (const node of nodes) groups.groupOf[node] = around;
    const named = addScopes(nodes, table, groups, around);
    if (named < nodes.length * namedShare) addBlocks(nodes, edges, signatures, groups, around);
  }
  return groups;
}

/** By place: the operators that stand in it, without those in bodies inside. */
function membersOf({ nodes, places }: NodeTable): readonly number[][] {
  const members: number[][] = places.map(() => []);
  for (const [number, entry] of nodes.entries()) if (entry.kind === 'operator') members[entry.place]!.push(number);
  return members;
}

/** Gives the number of nodes that are in a scope. */
function addScopes(nodes: readonly number[], table: NodeTable, groups: GroupList, around: number): number {
  const operators: Node[] = [];
  for (const number of nodes) {
    const entry = table.nodes[number]!;
    if (entry.kind === 'operator') operators.push(entry.node);
  }
  const served = servedLayers(operators);
  // With the file's own names: labels made of values' names would give scopes that no module stands behind.
  const { scopes, scopeOf } = scopesOf(operators.map((node): Named => served.get(node) ?? node));
  const numbers: number[] = [];
  for (const { parent, name } of scopes) {
    numbers.push(groups.add('scope', name, parent < 0 ? around : numbers[parent]!));
  }
  let named = 0;
  for (let i = 0; i < nodes.length; i++) {
    if (scopeOf[i]! < 0) continue;
    groups.groupOf[nodes[i]!] = numbers[scopeOf[i]!]!;
    named += 1;
  }
  return named;
}

function addBlocks(
  nodes: readonly number[],
  edges: Edges,
  { exact, coarse }: Signatures,
  groups: GroupList,
  around: number,
): void {
  const loose = nodes.filter((node) => groups.groupOf[node] === around);
  const crossing = crossings(loose, edges);
  const [alike, similar] = [exact, coarse].map((signature) =>
    repeatsIn(Int32Array.from(loose, (node) => signature(node)), crossing));
  // Blocks of growing width are one repeat where shapes do not count, and short ones or none where they do.
  const repeats = saved(similar!) > saved(alike!) ? similar! : alike!;
  for (const { start, period, count } of repeats) {
    const all = groups.add('block', `block ×${count}`, around);
    for (let block = 0; block < count; block++) {
      const group = groups.add('block', `block ${block + 1}`, all);
      for (let i = 0; i < period; i++) groups.groupOf[loose[start + block * period + i]!] = group;
    }
  }
}

/** By position: tensors made before it that are read at it or after it. */
function crossings(nodes: readonly number[], { source, target, tensor }: Edges): Int32Array {
  const position = new Map(nodes.map((node, i) => [node, i]));
  const made = new Map<number, number>();
  const read = new Map<number, number>();
  for (let e = 0; e < source.length; e++) {
    const [from, to] = [position.get(source[e]!), position.get(target[e]!)];
    if (from === undefined || to === undefined) continue;
    made.set(tensor[e]!, from);
    read.set(tensor[e]!, Math.max(read.get(tensor[e]!) ?? 0, to));
  }
  const crossing = new Int32Array(nodes.length + 1);
  for (const [key, from] of made) {
    const to = read.get(key)!;
    if (to <= from) continue;
    crossing[from + 1]! += 1;
    crossing[to + 1]! -= 1;
  }
  for (let i = 1; i < crossing.length; i++) crossing[i]! += crossing[i - 1]!;
  return crossing;
}
