/** Costs of the nodes as columns. */

import type { GraphColumns } from '../../../../protocol/graph/structure.ts';
import type { ModelCosts } from '../layer-costs.ts';
import type { NodeTable } from './node-table.ts';

type CostColumns = Pick<GraphColumns, 'parameters' | 'weightBytes' | 'macs' | 'activationBytes'>;

/** NaN where a figure is not known; inputs and outputs cost nothing. */
export function costColumns(table: NodeTable, { layers }: ModelCosts): CostColumns {
  const count = table.nodes.length;
  const columns = {
    parameters: new Float64Array(count),
    weightBytes: new Float64Array(count),
    macs: new Float64Array(count),
    activationBytes: new Float64Array(count),
  };
  // Both lists are in the order of the file; the layers lack what stands in bodies that could not be inferred.
  let next = 0;
  for (let number = 0; number < count; number++) {
    const entry = table.nodes[number]!;
    if (entry.kind !== 'operator') continue;
    const layer = layers[next];
    if (layer?.node !== entry.node) {
      columns.macs[number] = columns.activationBytes[number] = NaN;
      continue;
    }
    next += 1;
    columns.parameters[number] = layer.parameters;
    columns.weightBytes[number] = layer.weightBytes;
    columns.macs[number] = layer.macs ?? NaN;
    columns.activationBytes[number] = layer.activationBytes ?? NaN;
  }
  return columns;
}
