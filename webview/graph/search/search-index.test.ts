import { describe, expect, it } from 'vitest';
import { pageModelOf, samplePath } from '../../../test/webview/graph/page-model.ts';
import { GraphModel } from '../model/graph-model.ts';
import { SearchIndex } from './search-index.ts';

const model = new GraphModel(pageModelOf(samplePath));
const index = new SearchIndex(model.graph, model.links);

describe('SearchIndex', () => {
  it('finds operators whatever their case, in the order of the graph', () => {
    const hits = index.find('CONV');
    const convolutions = [...model.graph.names.keys()].filter((node) => model.opType(node).includes('Conv'));
    expect(hits.filter(({ by }) => by === 'operator').map(({ node }) => node)).toEqual(convolutions);
  });

  it('finds a node by the tensor that it makes', () => {
    const edge = [...model.graph.source.keys()].find((e) => model.isOperator(model.graph.source[e]!))!;
    const tensor = model.graph.tensorNames[model.graph.tensor[edge]!]!;
    expect(index.find(tensor).map(({ node }) => node)).toContain(model.graph.source[edge]);
  });

  it('puts what is found by a tensor alone last', () => {
    const kinds = index.find('o').map(({ by }) => by === 'tensor');
    expect(kinds.indexOf(true)).toBeGreaterThan(0);
    expect(kinds.lastIndexOf(false)).toBeLessThan(kinds.indexOf(true));
  });

  it('wants every word', () => {
    const name = model.graph.names[model.find('digit')]!;
    expect(index.find(`${name} conv`).length).toBeLessThanOrEqual(index.find('conv').length);
    expect(index.find('conv nothinglikethis')).toEqual([]);
    expect(index.find('  ')).toEqual([]);
  });
});
