/** Overlays that follow from the structure: no run is needed for them. */

import type { OverlayMeasure } from '../../../protocol/graph/overlay.ts';
import type { GraphStructure } from '../../../protocol/graph/structure.ts';

interface BuiltIn extends OverlayMeasure {
  readonly column: 'parameters' | 'weightBytes' | 'macs' | 'activationBytes';
}

const source = 'the model file';

const builtIns: readonly BuiltIn[] = [
  { id: 'weightBytes', title: 'Weight bytes', unit: 'bytes', bad: 'high', aggregate: 'sum', column: 'weightBytes' },
  { id: 'parameters', title: 'Parameters', unit: '', bad: 'high', aggregate: 'sum', column: 'parameters' },
  { id: 'macs', title: 'Multiply-accumulates', unit: '', bad: 'high', aggregate: 'sum', column: 'macs' },
  {
    id: 'activationBytes', title: 'Activation bytes', unit: 'bytes', bad: 'high', aggregate: 'sum',
    column: 'activationBytes',
  },
];

/** An overlay whose figures are known by the number of the node; NaN where there is none. */
export interface NodeFigures extends OverlayMeasure {
  readonly source: string;
  readonly values: Float64Array;
  readonly thresholds?: readonly number[];
  /** By node. */
  readonly notes?: ReadonlyMap<number, string>;
}

/** Those of them that have a figure for some node. Nodes with none of what is counted have no figure. */
export function builtInOverlays(graph: GraphStructure): NodeFigures[] {
  return builtIns.map(({ column, ...measure }) => ({
    ...measure,
    source,
    values: graph[column].map((value) => (value > 0 ? value : NaN)),
  })).filter(({ values }) => values.some((value) => !Number.isNaN(value)));
}
