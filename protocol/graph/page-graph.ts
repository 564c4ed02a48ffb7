/** The graph that a page is sent, put together. */

import type { PageFigures, PageModel } from '../page.ts';
import { unpackColumns } from './columns.ts';
import { graphFrom, type GraphFigures, type GraphStructure } from './structure.ts';

/** Throws a TypeError or a RangeError when the columns are not what the table says. */
export function pageGraph(model: PageModel): GraphStructure {
  const graph = graphFrom(model.names, unpackColumns(model.table, model.columns));
  return model.figures ? withFigures(graph, model.figures) : graph;
}

export function withFigures(graph: GraphStructure, { names, table, columns }: PageFigures): GraphStructure {
  const figures = { ...names, ...unpackColumns(table, columns) } as unknown as GraphFigures;
  return { ...graph, ...figures };
}
