import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutCases, type LayoutCase } from '../../test/webview/layout-graphs.ts';
import { checkBoxes, checkLines, checkNumbers } from '../../test/webview/scene-checks.ts';
import { layoutGraph } from './layout.ts';
import { layoutMemo } from './memo.ts';

const runs = { numRuns: 150 };

function check({ graph, sizes, expanded }: LayoutCase): void {
  const scene = layoutGraph(graph, sizes, expanded, layoutMemo());
  checkNumbers(graph, expanded, scene);
  checkBoxes(scene);
  checkLines(graph, scene);
}

describe('layoutGraph, on any graph', () => {
  it('keeps boxes apart and inside their frames, and lines between the boxes', () => {
    fc.assert(fc.property(layoutCases(40, false), check), runs);
  });

  it('does so with cycles, loops and several edges between two nodes', () => {
    fc.assert(fc.property(layoutCases(25, true), check), runs);
  });

  it('draws no line upwards in a graph without cycles and groups', () => {
    fc.assert(fc.property(layoutCases(60, false), ({ graph, sizes }) => {
      const flat = { ...graph, group: graph.group.map(() => -1), groupParent: new Int32Array(0) };
      const { lines } = layoutGraph(flat, sizes, new Uint8Array(0), layoutMemo());
      expect(lines.back.some((back) => back === 1)).toBe(false);
    }), runs);
  });

  it('gives the same scene whatever was laid out before, and every time', () => {
    fc.assert(fc.property(layoutCases(40, false), layoutCases(20, true), (first, other) => {
      const { graph, sizes, expanded } = first;
      const memo = layoutMemo();
      const fresh = layoutGraph(graph, sizes, expanded, memo);
      layoutGraph(other.graph, other.sizes, other.expanded, memo);
      layoutGraph(graph, sizes, expanded.map((open) => 1 - open), memo);
      expect(layoutGraph(graph, sizes, expanded, memo)).toEqual(fresh);
      expect(layoutGraph(graph, sizes, expanded, layoutMemo())).toEqual(fresh);
    }), runs);
  });
});
