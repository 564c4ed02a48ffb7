/** What stands between the lines of a recipe follows from models and runs: it is asked for again when they change. */

import { CodeLensRefreshRequest, InlayHintRefreshRequest } from 'vscode-languageserver';
import type { ServerContext } from '../context.ts';

/** Files are written in many pieces, and a run writes several. */
const quietMs = 200;

export function refreshWhenFilesChange(context: ServerContext): void {
  const { connection, results, client: { workspace } } = context;
  const requests = [
    ...(workspace?.codeLens?.refreshSupport === true ? [CodeLensRefreshRequest.method] : []),
    ...(workspace?.inlayHint?.refreshSupport === true ? [InlayHintRefreshRequest.method] : []),
  ];
  if (requests.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const request of requests) {
        connection.sendRequest(request).catch((error: unknown) => context.log.warn(`${request}: ${String(error)}`));
      }
    }, quietMs);
  };
  context.onFilesChanged((uris) => {
    if (uris.some((uri) => uri.endsWith('.onnx'))) soon();
  });
  context.onDispose(results.onChanged(soon));
  context.onDispose({ dispose: () => clearTimeout(timer) });
}
