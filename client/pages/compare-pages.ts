import { Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { compareStructure } from '../../protocol/model.ts';
import type { ComparePageEvent } from '../../protocol/page.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import { runResult, type RunRecord } from '../../protocol/runs.ts';
import type { Models } from '../models/models.ts';
import { fileName } from '../models/page-model.ts';
import type { RunStore } from '../runs/run-store.ts';
import { isOver } from '../runs/run-text.ts';
import { failureOf } from '../server/failure-error.ts';
import type { Log } from '../support/log.ts';
import { pageHandlers, type PageServices } from './page-handlers.ts';
import { PageLink } from './page-link.ts';
import { comparedOfState } from './page-state.ts';
import type { Disposable } from '../support/disposable.ts';

export const compareViewType = 'lathe.compare';

function titleOf(a: Uri, b: Uri): string {
  return `${fileName(a.path)} ↔ ${fileName(b.path)}`;
}

/** Two models side by side: their graphs in step at once, figures as soon as a run has them. */
export class ComparePages implements Disposable {
  private readonly extension: Uri;
  private readonly models: Models;
  private readonly store: RunStore;
  private readonly services: PageServices;
  private readonly log: Log;
  private readonly registration: Disposable;

  constructor(extension: Uri, models: Models, store: RunStore, services: PageServices, log: Log) {
    this.extension = extension;
    this.models = models;
    this.store = store;
    this.services = services;
    this.log = log;
    this.registration = window.registerWebviewPanelSerializer(compareViewType, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        await this.store.loaded;
        const compared = comparedOfState(state) ?? this.comparedInRun(panel.title);
        if (compared) this.fill(panel, Uri.parse(compared.a), Uri.parse(compared.b), compared.run);
        else panel.dispose();
      },
    });
  }

  /** Opens a page for two models; `run` is the comparison whose figures it shows. */
  open(a: Uri, b: Uri, run?: string): (run: string) => void {
    return this.fill(window.createWebviewPanel(compareViewType, titleOf(a, b), ViewColumn.Active), a, b, run);
  }

  dispose(): void {
    this.registration.dispose();
  }

  /** Fills a panel; what it gives back names the run later. */
  private fill(panel: WebviewPanel, a: Uri, b: Uri, firstRun?: string): (run: string) => void {
    let run = firstRun ?? this.latest(a, b)?.id;
    const leases = [this.models.acquire(a), this.models.acquire(b)] as const;
    const link = new PageLink<ComparePageEvent>(panel, pageHandlers(this.services, a), this.log);
    const tellModels = async (): Promise<void> => link.send(await this.modelsEvent(a, b));
    const tellRun = async (): Promise<void> => {
      const record = run === undefined ? undefined : this.store.get(run);
      if (record) link.send(await this.runEvent(record));
    };
    const registrations: Disposable[] = [
      link,
      ...leases,
      link.onReady(() => void tellModels().then(tellRun)),
      ...leases.map(({ session }) => session.onDidChange((change) => {
        if (change === 'state') void tellModels();
      })),
      this.store.onDidChange((changed) => {
        if (changed === undefined || changed.id === run) void tellRun();
      }),
    ];
    panel.onDidDispose(() => {
      for (const registration of registrations) registration.dispose();
    });
    link.show(this.extension, 'compare', panel.title);
    return (id) => {
      run = id;
      void tellRun();
    };
  }

  /** What a page of this title compared, by the newest run of that name. */
  private comparedInRun(title: string): { a: string; b: string; run: string } | undefined {
    for (const { id, request } of this.store.all) {
      if (request.kind !== 'compare') continue;
      const [a, b] = [Uri.file(request.a), Uri.file(request.b)];
      if (titleOf(a, b) === title) return { a: a.toString(), b: b.toString(), run: id };
    }
    return undefined;
  }

  /** A comparison of these models that was made before. */
  private latest(a: Uri, b: Uri): RunRecord | undefined {
    return this.store.all.find(({ request, state }) =>
      request.kind === 'compare' && state === 'done' && request.a === a.fsPath && request.b === b.fsPath);
  }

  private async modelsEvent(a: Uri, b: Uri): Promise<ComparePageEvent> {
    const leases = [this.models.acquire(a), this.models.acquire(b)] as const;
    try {
      const [first, second] = await Promise.all([leases[0].session.complete(), leases[1].session.complete()]);
      const structure = await this.services.link.request(compareStructure, { a: a.toString(), b: b.toString() });
      return { type: 'models', a: first, b: second, structure };
    } catch (error) {
      return { type: 'failed', failure: failureOf(error) };
    } finally {
      for (const lease of leases) lease.dispose();
    }
  }

  private async runEvent(record: RunRecord): Promise<ComparePageEvent> {
    if (record.failure) return { type: 'failed', failure: record.failure };
    if (!isOver(record)) return { type: 'comparison', record, comparison: null };
    try {
      const comparison = await this.services.link.request(runResult, { id: record.id }) as Comparison;
      return { type: 'comparison', record, comparison };
    } catch (error) {
      return { type: 'failed', failure: failureOf(error) };
    }
  }
}
