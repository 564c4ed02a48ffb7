/** Opening and closing models, and what the graph view asks about them. */

import { setImmediate } from 'node:timers/promises';
import { packColumns, type Column, type ColumnTable } from '../../../protocol/graph/columns.ts';
import {
  drawnColumns,
  figureColumns,
  graphColumns,
  type GraphColumns,
} from '../../../protocol/graph/structure.ts';
import {
  closeModel,
  compareStructure,
  compareTensors,
  modelFigures,
  modelOverlays,
  nodeDetails,
  openModel,
  overlaysChanged,
  tensorStatistics,
  type ModelFigures,
  type OpenedModel,
} from '../../../protocol/model.ts';
import { compareStructures } from '../../engine/analysis/structure/compare.ts';
import { throwIfCancelled } from '../../engine/errors.ts';
import type { ServerContext } from '../context.ts';
import type { Feature } from '../features.ts';
import { notify, onNotification, onRequest } from '../messages.ts';
import { firstFacts, modelFacts } from './facts.ts';
import type { LoadedModel } from './loaded-model.ts';
import { compareConstants } from './compare-tensors.ts';
import { constantAt, nodeDetails as detailsOf, statisticsOf } from './node-details.ts';
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
    onRequest(connection, modelFigures, ({ uri }, signal) => figuresOf(models.load(uri), signal));
    onNotification(connection, closeModel, ({ uri }) => models.close(uri));
    onRequest(connection, nodeDetails, ({ uri, node }) => detailsOf(models.load(uri), node));
    onRequest(connection, tensorStatistics, ({ uri, node, tensor }, signal) =>
      statisticsOf(models.load(uri), node, tensor, signal));
    onRequest(connection, modelOverlays, async ({ uri }) => {
      const path = pathOf(uri);
      return overlaysOf(path, await results.of(path));
    });
    onRequest(connection, compareTensors, ({ a, b }, signal) => {
      const [first, second] = [a, b].map(({ uri, node, tensor }) => constantAt(models.load(uri), node, tensor).tensor);
      return compareConstants(first!, second!, signal);
    });
    onRequest(connection, compareStructure, ({ a, b }) =>
      compareStructures(models.load(a).structure, models.load(b).structure));
  },
};

/** Up to as many nodes the figures take no time that a person notices. */
const smallNodes = 2000;

/** In pieces, so that the server answers others while a large model opens. */
async function opened(loaded: LoadedModel, signal: AbortSignal): Promise<OpenedModel> {
  const complete = loaded.table.nodes.length <= smallNodes;
  if (complete) await workOut(loaded, signal);
  throwIfCancelled(signal);
  const { names, opTypes, opCategories, tensorNames, groupNames } = loaded.drawn;
  const { details, tensorTypes } = complete ? loaded.figures : { details: [], tensorTypes: [] };
  const { table, columns } = complete
    ? packed({ ...loaded.drawn, ...loaded.figures }, graphColumns)
    : packed(loaded.drawn, drawnColumns);
  return {
    facts: complete ? modelFacts(loaded) : firstFacts(loaded),
    graph: { names: { names, details, opTypes, opCategories, tensorNames, tensorTypes, groupNames }, table },
    columns,
    version: loaded.version,
    complete,
  };
}

async function figuresOf(loaded: LoadedModel, signal: AbortSignal): Promise<ModelFigures> {
  await workOut(loaded, signal);
  const { details, tensorTypes, ...figures } = loaded.figures;
  const { table, columns } = packed(figures, figureColumns);
  return {
    facts: modelFacts(loaded),
    figures: { names: { details, tensorTypes }, table },
    columns,
    version: loaded.version,
  };
}

async function workOut(loaded: LoadedModel, signal: AbortSignal): Promise<void> {
  for (const make of [() => loaded.types, () => loaded.costs, () => loaded.figures]) {
    await setImmediate();
    throwIfCancelled(signal);
    make();
  }
}

/** The columns of those names, as they travel. */
function packed<Name extends keyof GraphColumns>(
  from: Readonly<Record<Name, Column>>,
  names: readonly Name[],
): { readonly table: ColumnTable; readonly columns: string } {
  const { table, buffer } = packColumns(Object.fromEntries(names.map((name) => [name, from[name]])));
  return { table, columns: Buffer.from(buffer).toString('base64') };
}
