import { pageGraph } from '../../protocol/graph/page-graph.ts';
import type { PageModel } from '../../protocol/page.ts';

/**
 * The node that is written at a 0-based line of the text view, or the last one that begins before it: a node may take
 * several lines. Undefined above the first.
 */
export function nodeAtLine(model: PageModel, line: number): string | undefined {
  const graph = pageGraph(model);
  let best = -1;
  for (let node = 0; node < graph.line.length; node++) {
    const at = graph.line[node]!;
    if (at <= line && (best < 0 || at > graph.line[best]!)) best = node;
  }
  return graph.names[best];
}
