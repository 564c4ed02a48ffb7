/** Opening and closing models, and what the graph view asks about them. */

import { packColumns } from '../../../protocol/graph/columns.ts';
import {
  graphColumns,
  type GraphNames,
  type GraphStructure,
  type PackedGraph,
} from '../../../protocol/graph/structure.ts';
import { closeModel, openModel, type OpenedModel } from '../../../protocol/model.ts';
import type { ServerContext } from '../context.ts';
import type { Feature } from '../features.ts';
import { onNotification, onRequest } from '../messages.ts';
import { modelFacts } from './facts.ts';
import type { LoadedModel } from './loaded-model.ts';

export const modelsFeature: Feature = {
  register(context: ServerContext): void {
    const { connection, models } = context;
    context.onFilesChanged((uris) => models.filesChanged(uris));
    onRequest(connection, openModel, ({ uri }) => opened(models.open(uri)));
    onNotification(connection, closeModel, ({ uri }) => models.close(uri));
  },
};

function opened(loaded: LoadedModel): OpenedModel {
  const { graph, buffer } = packed(loaded.structure);
  return {
    facts: modelFacts(loaded),
    graph,
    columns: Buffer.from(buffer).toString('base64'),
    version: loaded.version,
  };
}

/** Text and columns apart, as they travel. */
function packed(structure: GraphStructure): { graph: PackedGraph; buffer: ArrayBuffer } {
  const { names, details, opTypes, opCategories, tensorNames, tensorTypes, groupNames } = structure;
  const text: GraphNames = { names, details, opTypes, opCategories, tensorNames, tensorTypes, groupNames };
  const columns = Object.fromEntries(graphColumns.map((name) => [name, structure[name]]));
  const { table, buffer } = packColumns(columns);
  return { graph: { names: text, table }, buffer };
}
