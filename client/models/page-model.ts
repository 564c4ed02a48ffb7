import type { ModelFigures, OpenedModel } from '../../protocol/model.ts';
import type { PageFigures, PageModel } from '../../protocol/page.ts';

/** The last part of a path of either kind. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** A model as the server answers it, as a page wants it. */
export function pageModel(uri: string, name: string, opened: OpenedModel): PageModel {
  return {
    uri,
    fileName: name,
    version: opened.version,
    facts: opened.facts,
    names: opened.graph.names,
    table: opened.graph.table,
    columns: bufferOf(opened.columns),
    complete: opened.complete,
  };
}

/** Figures as the server answers them, as a page wants them. */
export function pageFigures({ facts, figures, columns, version }: ModelFigures): PageFigures {
  return { ...figures, facts, version, columns: bufferOf(columns) };
}

function bufferOf(base64: string): ArrayBuffer {
  // Small buffers share one pool: a page must not receive all of it.
  return new Uint8Array(Buffer.from(base64, 'base64')).buffer;
}
