/** The language server: starts every feature on one connection and tells the client what it can do. */

import {
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { serverState, settingsChanged, type ServerOptions } from '../../protocol/server.ts';
import { LatheError } from '../engine/errors.ts';
import { latheVersion, onnxruntimeVersion } from '../engine/util/versions.ts';
import { ServerContext } from './context.ts';
import { features } from './features.ts';
import { onNotification, onRequest } from './messages.ts';

/** Answers on `connection` from now on; the features start when the client has said how (`ServerOptions`). */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  let context: ServerContext | undefined;

  connection.onInitialize((params): InitializeResult => {
    const options = params.initializationOptions as ServerOptions | undefined;
    if (!options) throw new LatheError('INTERNAL', 'The client gave no options for the server.');
    context = new ServerContext(connection, documents, options, params.capabilities);
    const capabilities: ServerCapabilities = { textDocumentSync: TextDocumentSyncKind.Incremental };
    for (const feature of features) {
      Object.assign(capabilities, feature.capabilities);
      feature.register(context);
    }
    answerForItself(context);
    return { capabilities, serverInfo: { name: 'lathe', version: latheVersion } };
  });
  connection.onShutdown(() => context?.dispose());
  documents.listen(connection);
  connection.listen();
}

function answerForItself(context: ServerContext): void {
  const { connection } = context;
  onNotification(connection, settingsChanged, (settings) => context.changeSettings(settings));
  connection.onDidChangeWatchedFiles(({ changes }) => context.filesChanged(changes.map(({ uri }) => uri)));
  onRequest(connection, serverState, async () => ({
    lathe: latheVersion,
    onnxruntime: onnxruntimeVersion,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    memoryBytes: process.memoryUsage().rss,
    openModels: context.models.openCount,
    runs: (await context.results.all()).length,
  }));
}
