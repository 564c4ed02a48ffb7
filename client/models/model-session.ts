import { EventEmitter, RelativePattern, Uri, workspace } from 'vscode';
import type { Failure } from '../../protocol/failure.ts';
import type { Overlay } from '../../protocol/graph/overlay.ts';
import { closeModel, modelFigures, modelOverlays, openModel, type ModelParams } from '../../protocol/model.ts';
import type { PageModel } from '../../protocol/page.ts';
import { modelProblems, type ModelProblem } from '../../protocol/problems.ts';
import { failureOf, FailureError, serverGone } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Log } from '../support/log.ts';
import { fileName, pageFigures, pageModel } from './page-model.ts';
import type { Disposable } from '../support/disposable.ts';

/** Writing a model takes a while: the file is read again when it has been left alone for this long. */
const quietMs = 300;

export type ModelState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly model: PageModel }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** `figures`: those of a large model that is shown already. */
export type ModelChange = 'state' | 'figures' | 'overlays' | 'problems';

function isComplete({ complete, figures }: PageModel): boolean {
  return complete || figures !== undefined;
}

/**
 * A model that is open at the server for as long as somebody here shows it: read again when its file changes and when
 * the server was started again, with its problems and heat maps.
 */
export class ModelSession implements Disposable {
  readonly uri: Uri;
  readonly onDidChange;
  private readonly link: ServerLink;
  private readonly log: Log;
  private readonly changed = new EventEmitter<ModelChange>();
  private readonly registrations: Disposable[] = [];
  private current: ModelState = { kind: 'loading' };
  private currentOverlays: readonly Overlay[] = [];
  private currentProblems: readonly ModelProblem[] = [];
  /** Counts loads: the answer of one that was overtaken is dropped. */
  private load = 0;
  private openAtServer = false;
  private quiet: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(link: ServerLink, log: Log, uri: Uri) {
    this.link = link;
    this.log = log;
    this.uri = uri;
    this.onDidChange = this.changed.event;
    this.watch();
    this.registrations.push(
      link.onDidStart(() => {
        this.openAtServer = false;
        void this.read();
      }),
      link.onDidFail(() => {
        this.openAtServer = false;
        if (this.current.kind === 'loading') this.become({ kind: 'failed', failure: serverGone });
      }),
    );
    if (link.isRunning) void this.read();
    else if (link.hasFailed) this.current = { kind: 'failed', failure: serverGone };
  }

  get state(): ModelState {
    return this.current;
  }

  get overlays(): readonly Overlay[] {
    return this.currentOverlays;
  }

  get problems(): readonly ModelProblem[] {
    return this.currentProblems;
  }

  /** The model once it is read with its figures; fails with a `FailureError` when it cannot be. */
  async complete(): Promise<PageModel> {
    if (!this.isSettled) {
      await new Promise<void>((resolve) => {
        const registration = this.changed.event(() => {
          if (!this.isSettled) return;
          registration.dispose();
          resolve();
        });
        this.registrations.push(registration, { dispose: resolve });
      });
    }
    const state = this.state;
    if (state.kind === 'loaded') return state.model;
    const closed: Failure = { code: 'CANCELLED', message: 'The model was closed.' };
    throw new FailureError(state.kind === 'failed' ? state.failure : closed);
  }

  private get isSettled(): boolean {
    return this.current.kind === 'failed' || (this.current.kind === 'loaded' && isComplete(this.current.model));
  }

  /** Reads the file again. */
  async read(): Promise<void> {
    const load = ++this.load;
    const params = { uri: this.uri.toString() };
    try {
      const opened = await this.link.request(openModel, params);
      this.counted(params);
      if (load !== this.load) return;
      const same = this.current.kind === 'loaded' && this.current.model.version === opened.version;
      if (!same) this.become({ kind: 'loaded', model: pageModel(params.uri, fileName(this.uri.path), opened) });
      if (!this.isSettled) await this.readFigures(load);
      await Promise.all([this.readOverlays(), this.readProblems()]);
    } catch (error) {
      const failure = failureOf(error);
      this.log.warn(`Opening a model: ${failure.message}`);
      // The server keeps a place for a file it cannot read, too: it may be mended.
      if (failure !== serverGone) this.counted(params);
      // What was shown before the server went stays: it will be back.
      if (load !== this.load || failure === serverGone && this.current.kind === 'loaded') return;
      this.become({ kind: 'failed', failure });
      await this.readProblems();
    }
  }

  private async readFigures(load: number): Promise<void> {
    const figures = pageFigures(await this.link.request(modelFigures, { uri: this.uri.toString() }));
    // A file that was written meanwhile is read again anyway.
    if (load !== this.load || this.current.kind !== 'loaded' || this.disposed) return;
    if (figures.version !== this.current.model.version) return;
    this.current = { kind: 'loaded', model: { ...this.current.model, figures } };
    this.changed.fire('figures');
  }

  async readOverlays(): Promise<void> {
    try {
      this.currentOverlays = await this.link.request(modelOverlays, { uri: this.uri.toString() });
    } catch (error) {
      this.log.warn(`Heat maps: ${failureOf(error).message}`);
      return;
    }
    this.changed.fire('overlays');
  }

  async readProblems(): Promise<void> {
    try {
      this.currentProblems = await this.link.request(modelProblems, { uri: this.uri.toString() });
    } catch (error) {
      this.log.debug(`Problems: ${failureOf(error).message}`);
      return;
    }
    this.changed.fire('problems');
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.quiet);
    for (const registration of this.registrations) registration.dispose();
    if (this.openAtServer) this.link.notify(closeModel, { uri: this.uri.toString() });
    this.changed.dispose();
  }

  /** The server counts openings: what was open before is closed only after, so that it is not read twice. */
  private counted(params: ModelParams): void {
    if (this.openAtServer || this.disposed) this.link.notify(closeModel, params);
    this.openAtServer = !this.disposed;
  }

  private become(state: ModelState): void {
    if (this.disposed) return;
    this.current = state;
    this.changed.fire('state');
  }

  private watch(): void {
    // A file's name may hold what a pattern would read as a wildcard.
    const pattern = fileName(this.uri.path).replace(/[*?{}[\]]/g, '[$&]');
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.joinPath(this.uri, '..'), pattern));
    const later = (): void => {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => void this.read(), quietMs);
    };
    const events = [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete];
    this.registrations.push(watcher, ...events.map((event) => event(later)));
  }
}
