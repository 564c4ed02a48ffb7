/** What the features of the server share. */

import {
  Emitter,
  type ClientCapabilities,
  type Connection,
  type Disposable,
  type Event,
  type RemoteConsole,
  type TextDocuments,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ServerOptions, ServerSettings } from '../../protocol/server.ts';
import { ModelStore } from './models/store.ts';
import { noResults, type RunResults } from './results.ts';

export class ServerContext {
  readonly connection: Connection;
  /** What the editor can do. */
  readonly client: ClientCapabilities;
  /** Text documents that are open in the editor: recipes and text views, never models. */
  readonly documents: TextDocuments<TextDocument>;
  readonly models = new ModelStore();
  /** Folder for the run history. */
  readonly storagePath: string;
  /** Of past runs; the runs feature sets it when it starts. */
  results: RunResults = noResults;
  readonly onSettingsChanged: Event<ServerSettings>;
  /** Uris of watched files (models, recipes) that were made, changed or deleted. */
  readonly onFilesChanged: Event<readonly string[]>;

  private current: ServerSettings;
  private readonly settingsEmitter = new Emitter<ServerSettings>();
  private readonly filesEmitter = new Emitter<readonly string[]>();
  private readonly disposables: Disposable[] = [];

  constructor(
    connection: Connection,
    documents: TextDocuments<TextDocument>,
    options: ServerOptions,
    client: ClientCapabilities,
  ) {
    this.connection = connection;
    this.client = client;
    this.documents = documents;
    this.storagePath = options.storagePath;
    this.current = options.settings;
    this.onSettingsChanged = this.settingsEmitter.event;
    this.onFilesChanged = this.filesEmitter.event;
  }

  /** As they are now. */
  get settings(): ServerSettings {
    return this.current;
  }

  /** Goes to the extension's output channel. */
  get log(): RemoteConsole {
    return this.connection.console;
  }

  changeSettings(settings: ServerSettings): void {
    this.current = settings;
    this.settingsEmitter.fire(settings);
  }

  filesChanged(uris: readonly string[]): void {
    this.filesEmitter.fire(uris);
  }

  /** Ends `disposable` with the server. */
  onDispose(disposable: Disposable): void {
    this.disposables.push(disposable);
  }

  dispose(): void {
    for (const disposable of this.disposables.splice(0).reverse()) disposable.dispose();
  }
}
