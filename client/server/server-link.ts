import {
  EventEmitter, window, workspace, type CancellationToken, type Diagnostic, type ExtensionContext, type Uri,
} from 'vscode';
import {
  CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, State, TransportKind, type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { textScheme } from '../../protocol/model.ts';
import { settingsChanged, type ServerOptions } from '../../protocol/server.ts';
import type { NotificationToken, RequestToken } from '../../protocol/token.ts';
import { linkToDocumentation } from '../problems/documentation.ts';
import type { Log } from '../support/log.ts';
import { failureOf, FailureError, serverGone } from './failure-error.ts';
import { Restarts } from './restarts.ts';
import { serverSettings } from './settings.ts';
import type { Disposable } from '../support/disposable.ts';

type ShowProblems = (model: Uri, diagnostics: readonly Diagnostic[]) => void;

/**
 * The connection to the language server: starts it, starts it again when it crashes, and sends typed messages. A
 * request whose server dies fails at once.
 */
export class ServerLink implements Disposable {
  /** The server runs, for the first time or again: whoever had a model open opens it now. */
  readonly onDidStart;
  /** The server is gone and stays so until somebody restarts it. */
  readonly onDidFail;
  private readonly client: LanguageClient;
  private readonly log: Log;
  private readonly restarts = new Restarts(4, 180_000);
  private readonly started = new EventEmitter<void>();
  private readonly failed = new EventEmitter<void>();
  private readonly registrations: Disposable[] = [];
  private down = false;

  /** `showModelProblems` is given the diagnostics of models, which are no text documents. */
  constructor(context: ExtensionContext, log: Log, showModelProblems: ShowProblems) {
    this.log = log;
    this.onDidStart = this.started.event;
    this.onDidFail = this.failed.event;
    const module = context.asAbsolutePath('dist/server/language-server.js');
    const program = { module, transport: TransportKind.ipc };
    this.client = new LanguageClient(
      'lathe', 'Lathe', { run: program, debug: program }, this.options(context, showModelProblems),
    );
    this.registrations.push(
      this.client.onDidChangeState(({ newState }) => {
        if (newState !== State.Running) return;
        this.down = false;
        this.started.fire();
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('lathe')) this.sendSettings();
      }),
      workspace.onDidGrantWorkspaceTrust(() => this.sendSettings()),
    );
  }

  get isRunning(): boolean {
    return this.client.state === State.Running;
  }

  /** It is not there and will not come by itself. */
  get hasFailed(): boolean {
    return this.down;
  }

  /** Starts the server; a failure is told, not thrown. */
  async start(): Promise<void> {
    try {
      await this.client.start();
    } catch (error) {
      this.log.error(`The language server did not start: ${failureOf(error).message}`);
      this.fail('Lathe’s language server did not start.');
    }
  }

  async restart(): Promise<void> {
    this.restarts.forgive();
    if (this.client.needsStop()) {
      await this.client.stop().catch((error: unknown) => this.log.warn(`Stopping: ${failureOf(error).message}`));
    }
    await this.start();
  }

  /** Fails with a `FailureError`, whatever went wrong. */
  async request<Params, Result>(
    token: RequestToken<Params, Result>, params: Params, cancellation?: CancellationToken,
  ): Promise<Result> {
    try {
      // A token that is undefined would travel as a second parameter.
      return await (cancellation
        ? this.client.sendRequest<Result>(token.method, params, cancellation)
        : this.client.sendRequest<Result>(token.method, params));
    } catch (error) {
      // A connection that is closed or disposed has many errors; what they mean is one thing.
      throw new FailureError(this.client.state === State.Running ? failureOf(error) : serverGone);
    }
  }

  /** Nothing is sent while there is no server. */
  notify<Params>(token: NotificationToken<Params>, params: Params): void {
    if (!this.isRunning) return;
    this.client.sendNotification(token.method, params).catch((error: unknown) => {
      this.log.warn(`${token.method}: ${failureOf(error).message}`);
    });
  }

  on<Params>(token: NotificationToken<Params>, listener: (params: Params) => void): Disposable {
    return this.client.onNotification(token.method, listener);
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    this.started.dispose();
    this.failed.dispose();
  }

  /** Answers when the server has ended. */
  async stop(): Promise<void> {
    if (this.client.needsStop()) await this.client.stop();
  }

  private options(context: ExtensionContext, showModelProblems: ShowProblems): LanguageClientOptions {
    return {
      documentSelector: [
        { language: 'lathe-recipe', scheme: 'file' },
        { language: 'lathe-recipe', scheme: 'untitled' },
        { scheme: textScheme },
      ],
      diagnosticCollectionName: 'lathe',
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      synchronize: {
        fileEvents: ['**/*.onnx', '**/*.lathe.{yaml,yml}'].map((glob) => workspace.createFileSystemWatcher(glob)),
      },
      markdown: { isTrusted: { enabledCommands: ['lathe.revealNode', 'lathe.openGraph', 'lathe.runRecipe'] } },
      initializationOptions: (): ServerOptions => ({
        storagePath: (context.storageUri ?? context.globalStorageUri).fsPath,
        settings: serverSettings(),
      }),
      middleware: {
        handleDiagnostics: (uri, diagnostics, next) => {
          for (const diagnostic of diagnostics) linkToDocumentation(diagnostic);
          if (uri.path.endsWith('.onnx')) showModelProblems(uri, diagnostics);
          else next(uri, diagnostics);
        },
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          const again = this.restarts.crashed(Date.now());
          if (again) {
            this.log.error('The language server stopped and is started again.');
            void this.offerLog('Lathe’s language server stopped unexpectedly and was started again.');
            return { action: CloseAction.Restart, handled: true };
          }
          this.log.error('The language server stopped five times within three minutes.');
          this.fail('Lathe’s language server stopped five times within three minutes.');
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
  }

  private fail(message: string): void {
    this.down = true;
    this.failed.fire();
    void this.offerRestart(message);
  }

  private sendSettings(): void {
    this.notify(settingsChanged, serverSettings());
  }

  private async offerLog(message: string): Promise<void> {
    if (await window.showWarningMessage(message, 'Show Log') !== undefined) this.log.show();
  }

  private async offerRestart(message: string): Promise<void> {
    const chosen = await window.showErrorMessage(message, 'Restart', 'Show Log');
    if (chosen === 'Restart') await this.restart();
    if (chosen === 'Show Log') this.log.show();
  }
}
