/** The whole structure of a model that is in no file; lines of its text are numbered like its nodes. */

import type { GraphStructure } from '../../protocol/graph/structure.ts';
import { modelCosts } from '../../server/engine/analysis/layer-costs.ts';
import { NodeTable } from '../../server/engine/analysis/structure/node-table.ts';
import { drawnStructure, graphFigures } from '../../server/engine/analysis/structure/structure.ts';
import type { Model } from '../../server/engine/model/model.ts';
import { inferShapes } from '../../server/engine/model/shapes/infer.ts';

export function structureOf(model: Model): GraphStructure {
  const types = inferShapes(model);
  const table = new NodeTable(model);
  const drawn = drawnStructure(table, () => types);
  const lines = Int32Array.from(table.nodes.keys());
  return { ...drawn, ...graphFigures(table, drawn, { types, costs: modelCosts(model, { types }), lines }) };
}
