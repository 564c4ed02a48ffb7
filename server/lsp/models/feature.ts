/** Opening and closing models, and what the graph view asks about them. */

import { setImmediate } from 'node:timers/promises';
import { packColumns } from '../../../protocol/graph/columns.ts';
import {
  graphColumns,
  type GraphNames,
  type GraphStructure,
  type PackedGraph,
} from '../../../protocol/graph/structure.ts';
import {
  closeModel,
  compareStructure,
  modelOverlays,
  nodeDetails,
  openModel,
  overlaysChanged,
  tensorStatistics,
  type OpenedModel,
} from '../../../protocol/model.ts';
import { compareStructures } from '../../engine/analysis/structure/compare.ts';
import { throwIfCancelled } from '../../engine/errors.ts';
import type { ServerContext } from '../context.ts';
import type { Feature } from '../features.ts';
import { notify, onNotification, onRequest } from '../messages.ts';
import { modelFacts } from './facts.ts';
import type { LoadedModel } from './loaded-model.ts';
import { nodeDetails as detailsOf, statisticsOf } from './node-details.ts';
import { overlaysOf } from './overlays.ts';
import { pathOf } from './store.ts';

export const modelsFeature: Feature = {
  register(context: ServerContext): void {
    const { connection, models, results } = context;
    context.onFilesChanged((uris) => models.filesChanged(uris));
    context.onDispose(results.onChanged((paths) => {
      for (const uri of models.openUris) {
        if (paths.includes(pathOf(uri))) notify(connection, overlaysChanged, { uri });
      }
    }));
    onRequest(connection, openModel, ({ uri }, signal) => opened(models.open(uri), signal));
    onNotification(connection, closeModel, ({ uri }) => models.close(uri));
    onRequest(connection, nodeDetails, ({ uri, node }) => detailsOf(models.load(uri), node));
    onRequest(connection, tensorStatistics, ({ uri, node, tensor }, signal) =>
      statisticsOf(models.load(uri), node, tensor, signal));
    onRequest(connection, modelOverlays, async ({ uri }) => {
      const path = pathOf(uri);
      return overlaysOf(path, await results.of(path));
    });
    onRequest(connection, compareStructure, ({ a, b }) =>
      compareStructures(models.load(a).structure, models.load(b).structure));
  },
};

/** In pieces, so that the server answers others while a large model opens. */
async function opened(loaded: LoadedModel, signal: AbortSignal): Promise<OpenedModel> {
  for (const make of [() => loaded.types, () => loaded.costs, () => loaded.structure]) {
    await setImmediate();
    throwIfCancelled(signal);
    make();
  }
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
