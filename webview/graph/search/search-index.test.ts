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
    expect(hits.map(({ node }) => node)).toEqual(hits.map(({ node }) => node).sort((a, b) => a - b));
  });

  it('finds a node by the tensor that it makes', () => {
    const edge = [...model.graph.source.keys()].find((e) => model.isOperator(model.graph.source[e]!))!;
    const tensor = model.graph.tensorNames[model.graph.tensor[edge]!]!;
    expect(index.find(tensor).map(({ node }) => node)).toContain(model.graph.source[edge]);
  });

  it('wants every word', () => {
    const name = model.graph.names[model.find('digit')]!;
    expect(index.find(`${name} conv`).length).toBeLessThanOrEqual(index.find('conv').length);
    expect(index.find('conv nothinglikethis')).toEqual([]);
    expect(index.find('  ')).toEqual([]);
  });
});
