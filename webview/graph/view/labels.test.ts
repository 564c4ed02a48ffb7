import { expect, it } from 'vitest';
import { packed, samplePath } from '../../../test/webview/graph/page-model.ts';
import { graphColumns } from '../../../protocol/graph/structure.ts';
import { pageModelOf } from '../../../test/webview/graph/page-model.ts';
import { GraphModel } from '../model/graph-model.ts';
import { labelsOf, metrics } from './labels.ts';

it('makes boxes wide enough for their text and cuts what is too long', () => {
  const page = pageModelOf(samplePath);
  const model = new GraphModel(page);
  const graph = { ...model.graph, details: model.graph.details.map((_, i) => (i === 3 ? 'x'.repeat(200) : '')) };
  const long = new GraphModel(packed(graph, page.facts, samplePath));
  const measure = (text: string): number => 7 * text.length;
  const { labels, sizes } = labelsOf(long, measure);
  expect(graphColumns.every((name) => name in long.graph)).toBe(true);
  expect(labels.detail[3]).toMatch(/^x+…$/);
  for (let n = 0; n < long.nodeCount; n++) {
    const widest = Math.max(measure(labels.title[n]!), measure(labels.detail[n]!));
    expect(widest).toBeLessThanOrEqual(metrics.widest);
    expect(sizes.nodeWidth[n]).toBeGreaterThanOrEqual(widest + 2 * metrics.paddingX);
  }
});
