/** Models as the host sends them to the graph page, made by the server's own code. */

import { join } from 'node:path';
import { packColumns } from '../../../protocol/graph/columns.ts';
import { graphColumns, type GraphStructure } from '../../../protocol/graph/structure.ts';
import type { ModelFacts } from '../../../protocol/model.ts';
import type { PageModel } from '../../../protocol/page.ts';
import { LoadedModel } from '../../../server/lsp/models/loaded-model.ts';
import { modelFacts } from '../../../server/lsp/models/facts.ts';

export const samplePath = join(import.meta.dirname, '../../../samples/digits.onnx');

/** The model in a file. */
export function pageModelOf(path: string, version = '1'): PageModel {
  const loaded = new LoadedModel(`file://${path}`, path, version);
  return packed(loaded.structure, modelFacts(loaded), path, version);
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
  };
}
