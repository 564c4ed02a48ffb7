import { ViewColumn, window, type Uri, type WebviewPanel } from 'vscode';
import type { PageEvent, ResultPageEvent } from '../../protocol/page.ts';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import type { Benchmark } from '../../protocol/results/benchmark.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import { runResult, type RunRecord } from '../../protocol/runs.ts';
import { givenModel } from '../models/which-model.ts';
import type { RunStore } from '../runs/run-store.ts';
import { runTitle } from '../runs/run-text.ts';
import { failureOf } from '../server/failure-error.ts';
import type { Log } from '../support/log.ts';
import { pageHandlers, type PageServices } from './page-handlers.ts';
import { PageLink } from './page-link.ts';
import { runOfState } from './page-state.ts';
import type { Disposable } from '../support/disposable.ts';

export const resultViewType = 'lathe.result';

/** The result of one run as a page: a report, a benchmark or an analysis. One page for each run. */
export class ResultPages implements Disposable {
  private readonly extension: Uri;
  private readonly store: RunStore;
  private readonly services: PageServices;
  private readonly log: Log;
  private readonly panels = new Map<string, WebviewPanel>();
  private readonly registration: Disposable;

  constructor(extension: Uri, store: RunStore, services: PageServices, log: Log) {
    this.extension = extension;
    this.store = store;
    this.services = services;
    this.log = log;
    this.registration = window.registerWebviewPanelSerializer(resultViewType, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        await this.store.loaded;
        const id = runOfState(state) ?? this.store.all.find((record) => this.titleOf(record) === panel.title)?.id;
        if (id === undefined) panel.dispose();
        else this.fill(panel, id);
      },
    });
  }

  open(record: RunRecord): void {
    const known = this.panels.get(record.id);
    if (known) {
      known.reveal();
      return;
    }
    this.fill(window.createWebviewPanel(resultViewType, this.titleOf(record), ViewColumn.Active), record.id);
  }

  dispose(): void {
    this.registration.dispose();
  }

  private titleOf(record: RunRecord): string {
    return runTitle(record, this.store.all);
  }

  private fill(panel: WebviewPanel, id: string): void {
    this.panels.set(id, panel);
    const record = this.store.get(id);
    const model = record && givenModel(modelOf(record));
    const link = new PageLink<ResultPageEvent & PageEvent>(panel, pageHandlers(this.services, model), this.log);
    const tell = async (): Promise<void> => link.send(await this.event(id));
    const registrations = [
      link,
      link.onReady(() => void tell()),
      this.store.onDidChange((changed) => {
        if (changed === undefined || changed.id === id) void tell();
      }),
    ];
    panel.onDidDispose(() => {
      for (const registration of registrations) registration.dispose();
      if (this.panels.get(id) === panel) this.panels.delete(id);
    });
    link.show(this.extension, 'result', panel.title);
  }

  /** What the page of a run has to show now. */
  private async event(id: string): Promise<ResultPageEvent> {
    const record = this.store.get(id);
    if (record === undefined) {
      return { type: 'failed', failure: { code: 'RUN', message: 'The history does not have this run any more.' } };
    }
    // A run that failed or was cancelled is shown as far as it came, with what can be done about it.
    if (record.state !== 'done') return { type: 'progress', record };
    try {
      return resultEvent(record, await this.services.link.request(runResult, { id }));
    } catch (error) {
      return { type: 'failed', failure: failureOf(error) };
    }
  }
}

/** The result's shape follows from the kind of the run that gave it. */
function resultEvent(record: RunRecord, result: unknown): ResultPageEvent {
  switch (record.request.kind) {
    case 'recipe': return { type: 'run', record, result: result as RunResult };
    case 'benchmark': return { type: 'benchmark', record, result: result as Benchmark };
    case 'analyze': return { type: 'analysis', record, result: result as AnalysisResult };
    case 'compare':
      return { type: 'failed', failure: { code: 'INTERNAL', message: 'Comparisons have a page of their own.' } };
  }
}

/** Path of the model that commands on a run's page are about. */
function modelOf({ request, outputs }: RunRecord): string | undefined {
  switch (request.kind) {
    case 'recipe': return outputs?.model;
    case 'analyze': return request.model;
    case 'benchmark': return request.models[0];
    case 'compare': return request.a;
  }
}
