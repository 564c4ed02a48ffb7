/** Models as the host sends them to the graph page, made by the server's own code. */

import { join } from 'node:path';
import { packColumns } from '../../../protocol/graph/columns.ts';
import { drawnColumns, figureColumns, graphColumns, type GraphStructure } from '../../../protocol/graph/structure.ts';
import type { ModelFacts } from '../../../protocol/model.ts';
import type { PageFigures, PageModel } from '../../../protocol/page.ts';
import { LoadedModel } from '../../../server/lsp/models/loaded-model.ts';
import { modelFacts } from '../../../server/lsp/models/facts.ts';

export const samplePath = join(import.meta.dirname, '../../../samples/digits.onnx');

/** The model in a file. */
export function pageModelOf(path: string, version = '1'): PageModel {
  const loaded = new LoadedModel(`file://${path}`, path, version);
  return packed(loaded.structure, modelFacts(loaded), path, version);
}

/** The model in a file as a large one is sent: what is drawn first, and the figures that follow. */
export function inTwoParts(path: string): { readonly model: PageModel; readonly figures: PageFigures } {
  const whole = pageModelOf(path);
  const { structure } = new LoadedModel(`file://${path}`, path, whole.version);
  const drawn = packColumns(Object.fromEntries(drawnColumns.map((name) => [name, structure[name]])));
  const { table, buffer } = packColumns(Object.fromEntries(figureColumns.map((name) => [name, structure[name]])));
  const { details, tensorTypes } = structure;
  return {
    model: {
      ...whole,
      table: drawn.table,
      columns: drawn.buffer,
      names: { ...whole.names, details: [], tensorTypes: [] },
      facts: { ...whole.facts, parameters: null, macs: null, bytesByType: {} },
      complete: false,
    },
    figures: {
      names: { details, tensorTypes }, table, columns: buffer, facts: whole.facts, version: whole.version,
    },
  };
}

/** A structure that no file has. */
export function packed(structure: GraphStructure, facts: ModelFacts, path: string, version = '1'): PageModel {
  const columns = Object.fromEntries(graphColumns.map((name) => [name, structure[name]]));
  const { table, buffer } = packColumns(columns);
  const { names, details, opTypes, opCategories, tensorNames, tensorTypes, groupNames } = structure;
  return {
    uri: `file://${path}`,
    fileName: path.slice(path.lastIndexOf('/') + 1),
    version,
    facts,
    names: { names, details, opTypes, opCategories, tensorNames, tensorTypes, groupNames },
    table,
    columns: buffer,
    complete: true,
  };
}
