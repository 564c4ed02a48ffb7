import { isDummy, type Layered } from './layered.ts';
import { spacing } from './spacing.ts';

/** Distance between the middles of two vertices that are neighbours in a row. */
export function separation(graph: Layered, left: number, right: number): number {
  const { width, port } = graph.segment;
  const leftLine = isDummy(graph, left) || port[left] === 1;
  const rightLine = isDummy(graph, right) || port[right] === 1;
  const gap = leftLine && rightLine ? spacing.line : leftLine || rightLine ? spacing.boxToLine : spacing.box;
  return ((leftLine ? 0 : width[left]!) + (rightLine ? 0 : width[right]!)) / 2 + gap;
}
