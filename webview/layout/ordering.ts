/** The order of each row from left to right. */

import { CrossingCounter } from './crossings.ts';
import type { Csr } from './csr.ts';
import type { Layered } from './layered.ts';

/** Larger graphs get fewer rounds: what counts there is the time. */
const smallCount = 3000;
const rounds = { small: 12, large: 6 } as const;
const roundsWithoutGain = 4;
const transpositionRounds = 6;

type Beginning = 'rightward' | 'leftward' | 'byNumber';

/**
 * Rows by Sugiyama's method: from several beginnings, sweeps by barycenter and swaps of neighbours; the order with the
 * fewest crossings stays. Depends on the structure alone and never on sizes, so a box keeps its place beside its
 * neighbours when a group elsewhere opens.
 */
export function orderRows(graph: Layered): Int32Array[] {
  const search = new OrderSearch(graph);
  const small = graph.count < smallCount;
  const beginnings: Beginning[] = small ? ['byNumber', 'rightward', 'leftward'] : ['rightward'];
  for (const beginning of beginnings) {
    search.begin(beginning);
    search.improve(small ? rounds.small : rounds.large, small);
    if (search.fewest === 0) break;
  }
  return search.best;
}

class OrderSearch {
  fewest = Infinity;
  best: Int32Array[] = [];
  private readonly graph: Layered;
  private readonly counter: CrossingCounter;
  private readonly lengths: Int32Array;
  private readonly byRow: Int32Array;
  private readonly place: Int32Array;
  private readonly center: Float64Array;
  private rows: Int32Array[] = [];

  constructor(graph: Layered) {
    this.graph = graph;
    this.lengths = new Int32Array(graph.rows);
    for (let v = 0; v < graph.count; v++) this.lengths[graph.row[v]!]!++;
    this.counter = new CrossingCounter(graph, this.lengths.reduce((a, b) => Math.max(a, b), 0));
    this.byRow = Int32Array.from({ length: graph.count }, (_, v) => v)
      .sort((a, b) => graph.row[a]! - graph.row[b]! || a - b);
    this.place = new Int32Array(graph.count);
    this.center = new Float64Array(graph.count);
  }

  /** A first order: as numbered, or in the order of a depth-first walk that takes right or left branches first. */
  begin(beginning: Beginning): void {
    const { row, down, lower, count } = this.graph;
    this.rows = Array.from(this.lengths, (length) => new Int32Array(length));
    const filled = new Int32Array(this.lengths.length);
    const seen = new Uint8Array(count);
    const stack: number[] = [];
    const visit = (v: number): void => {
      if (seen[v]) return;
      seen[v] = 1;
      stack.push(v);
    };
    for (const first of this.byRow) {
      visit(first);
      while (stack.length > 0) {
        const v = stack.pop()!;
        this.rows[row[v]!]![filled[row[v]!]!++] = v;
        if (beginning === 'byNumber') continue;
        const begin = down.start[v]!;
        const links = down.start[v + 1]! - begin;
        for (let k = 0; k < links; k++) {
          visit(lower[down.items[begin + (beginning === 'rightward' ? links - 1 - k : k)]!]!);
        }
      }
    }
    for (const row of this.rows) this.renumber(row);
    this.keepIfBetter();
  }

  improve(rounds: number, swaps: boolean): void {
    for (let round = 0, idle = 0; round < rounds && this.fewest > 0 && idle < roundsWithoutGain; round++) {
      this.sweep(round % 2 === 0, (round >> 1) % 2 === 1);
      if (swaps) this.swapNeighbours();
      idle = this.keepIfBetter() ? 0 : idle + 1;
    }
  }

  private sweep(downwards: boolean, equalsReversed: boolean): void {
    const { up, down, upper, lower } = this.graph;
    const { rows, place, center } = this;
    const links = downwards ? up : down;
    const far = downwards ? upper : lower;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[downwards ? i : rows.length - 1 - i]!;
      if (row.length < 2) continue;
      for (const v of row) center[v] = mean(links, far, v, place);
      row.sort((a, b) => center[a]! - center[b]! || (equalsReversed ? place[b]! - place[a]! : place[a]! - place[b]!));
      this.renumber(row);
    }
  }

  private swapNeighbours(): void {
    const { up, down, upper, lower } = this.graph;
    const { place } = this;
    for (let round = 0, gain = true; gain && round < transpositionRounds; round++) {
      gain = false;
      for (const row of this.rows) {
        for (let i = 0; i + 1 < row.length; i++) {
          const a = row[i]!;
          const b = row[i + 1]!;
          const now = pairCrossings(up, upper, a, b, place) + pairCrossings(down, lower, a, b, place);
          if (now === 0) continue;
          const swapped = pairCrossings(up, upper, b, a, place) + pairCrossings(down, lower, b, a, place);
          if (swapped >= now) continue;
          row[i] = b;
          row[i + 1] = a;
          place[b] = i;
          place[a] = i + 1;
          gain = true;
        }
      }
    }
  }

  private renumber(row: Int32Array): void {
    for (let i = 0; i < row.length; i++) this.place[row[i]!] = i;
  }

  private keepIfBetter(): boolean {
    const crossings = this.counter.count(this.rows, this.place);
    if (crossings >= this.fewest) return false;
    this.fewest = crossings;
    this.best = this.rows.map((row) => row.slice());
    return true;
  }
}

/** Mean place of the vertices that `v` is linked to; its own place where there are none. */
function mean(links: Csr, far: Int32Array, v: number, place: Int32Array): number {
  const begin = links.start[v]!;
  const end = links.start[v + 1]!;
  if (begin === end) return place[v]!;
  let sum = 0;
  for (let k = begin; k < end; k++) sum += place[far[links.items[k]!]!]!;
  return sum / (end - begin);
}

/** Crossings among the links of two neighbours with `left` to the left. */
function pairCrossings(links: Csr, far: Int32Array, left: number, right: number, place: Int32Array): number {
  let crossings = 0;
  for (let i = links.start[left]!; i < links.start[left + 1]!; i++) {
    const end = place[far[links.items[i]!]!]!;
    for (let j = links.start[right]!; j < links.start[right + 1]!; j++) {
      if (end > place[far[links.items[j]!]!]!) crossings++;
    }
  }
  return crossings;
}
