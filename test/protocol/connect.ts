/** A language server and a client in one process, with a real connection between them. */

import { fileURLToPath } from 'node:url';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  createConnection,
  createMessageConnection,
  PublishDiagnosticsNotification,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import type { Failure } from '../../protocol/failure.ts';
import type { ServerSettings } from '../../protocol/server.ts';
import type { NotificationToken, RequestToken } from '../../protocol/token.ts';
import { serve } from '../../server/lsp/server.ts';

/** What the client sees; `stop` ends both ends. */
export interface TestClient {
  readonly connection: MessageConnection;
  /** Folder of this client alone, gone after `stop`. */
  readonly folder: string;
  readonly serverCapabilities: Record<string, unknown>;
  request<P, R>(token: RequestToken<P, R>, params: P, cancel?: CancellationToken): Promise<R>;
  /** The failure that the request must end with; throws when it succeeds. */
  failure<P, R>(token: RequestToken<P, R>, params: P, cancel?: CancellationToken): Promise<Failure>;
  notify<P>(token: NotificationToken<P>, params: P): Promise<void>;
  /** The diagnostics of `uri` as soon as they satisfy `wanted`, also when that was before. */
  diagnostics(
    uri: string,
    wanted?: (params: PublishDiagnosticsParams) => boolean,
  ): Promise<PublishDiagnosticsParams['diagnostics']>;
  stop(): Promise<void>;
}

export const samples = fileURLToPath(new URL('../../samples/', import.meta.url));

const defaults: ServerSettings = { threads: 1, provider: 'cpu', target: '', trusted: true };

export async function connect(settings: Partial<ServerSettings> = {}): Promise<TestClient> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  serve(createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient)));
  const connection = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const folder = mkdtempSync(join(tmpdir(), 'lathe-protocol-'));
  const published = new Map<string, PublishDiagnosticsParams>();
  const listeners = new Set<() => void>();
  connection.onNotification(PublishDiagnosticsNotification.method, (params: PublishDiagnosticsParams) => {
    published.set(params.uri, params);
    for (const listener of listeners) listener();
  });
  connection.listen();
  const { capabilities } = await connection.sendRequest<{ capabilities: Record<string, unknown> }>('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { workspace: { codeLens: { refreshSupport: true }, inlayHint: { refreshSupport: true } } },
    initializationOptions: { storagePath: join(folder, 'storage'), settings: { ...defaults, ...settings } },
  });
  await connection.sendNotification('initialized', {});

  const request = <P, R>(token: RequestToken<P, R>, params: P, cancel?: CancellationToken): Promise<R> =>
    // An absent last argument would be sent as one more parameter.
    cancel ? connection.sendRequest<R>(token.method, params, cancel) : connection.sendRequest<R>(token.method, params);
  return {
    connection,
    folder,
    serverCapabilities: capabilities,
    request,
    failure: (token, params, cancel) => request(token, params, cancel).then(
      () => Promise.reject(new Error(`${token.method} succeeded.`)),
      (error: unknown) => (error as { data: Failure }).data,
    ),
    notify: (token, params) => connection.sendNotification(token.method, params),
    diagnostics: (uri, wanted = () => true) => new Promise((resolve) => {
      const look = (): void => {
        const found = published.get(uri);
        if (!found || !wanted(found)) return;
        listeners.delete(look);
        resolve(found.diagnostics);
      };
      listeners.add(look);
      look();
    }),
    stop: async () => {
      await connection.sendRequest('shutdown');
      connection.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
