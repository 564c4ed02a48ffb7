import { Uri, window } from 'vscode';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import { runResult, type RunRecord, type RunRequest } from '../../protocol/runs.ts';
import type { GraphEditors } from '../graph/graph-editor.ts';
import type { ComparePages } from '../pages/compare-pages.ts';
import type { ResultPages } from '../pages/result-pages.ts';
import { FailureError } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import { opensResults } from '../server/settings.ts';
import { tell } from '../server/tell.ts';
import type { Log } from '../support/log.ts';
import { findDataFor } from '../wizard/compress.ts';
import { followRun } from './follow-run.ts';
import type { RunStore } from './run-store.ts';
import { kindName, stateText, subject } from './run-text.ts';

/** A button of the message that tells of a finished run. */
interface Offer {
  readonly title: string;
  readonly take: () => unknown;
}

/** Starts runs for the user: progress while they go on, the result page and one message when they are over. */
export class Starter {
  private readonly link: ServerLink;
  private readonly log: Log;
  private readonly store: RunStore;
  private readonly results: ResultPages;
  private readonly comparisons: ComparePages;
  private readonly editors: GraphEditors;

  constructor(parts: {
    readonly link: ServerLink;
    readonly log: Log;
    readonly store: RunStore;
    readonly results: ResultPages;
    readonly comparisons: ComparePages;
    readonly editors: GraphEditors;
  }) {
    this.link = parts.link;
    this.log = parts.log;
    this.store = parts.store;
    this.results = parts.results;
    this.comparisons = parts.comparisons;
    this.editors = parts.editors;
  }

  /** Answers when the run is over; its failure has been told by then. */
  async start(request: RunRequest): Promise<RunRecord> {
    if (request.kind === 'compare') {
      const show = this.comparisons.open(Uri.file(request.a), Uri.file(request.b));
      return this.follow(request, show);
    }
    return this.follow(request);
  }

  /** Two models side by side: the graphs at once, the figures when they are there. */
  async compare(a: Uri, b: Uri): Promise<void> {
    const show = this.comparisons.open(a, b);
    const [found] = await findDataFor(this.link, a).catch(() => []);
    await this.follow({
      kind: 'compare', a: a.fsPath, b: b.fsPath, ...(found === undefined ? {} : { data: found.choice }),
    }, show);
  }

  /** The model that a run of a recipe began with. */
  async originalOf({ id, request }: RunRecord): Promise<Uri> {
    if (request.kind !== 'recipe') throw new FailureError({ code: 'RUN', message: 'This run changed no model.' });
    const { model } = await this.link.request(runResult, { id }) as RunResult;
    return Uri.file(model);
  }

  private async follow(request: RunRequest, started?: (run: string) => void): Promise<RunRecord> {
    const record = await followRun(this.link, this.store, request, started);
    switch (record.state) {
      case 'done':
        if (opensResults() && request.kind !== 'compare') this.results.open(record);
        void this.tellEnd(record);
        break;
      case 'failed':
        void tell(this.log, record.failure ?? { code: 'INTERNAL', message: `${kindName(request)} failed.` });
        break;
      case 'cancelled':
        void window.showInformationMessage(`${kindName(request)} of ${subject(request)} was cancelled.`);
        break;
      case 'queued':
      case 'running':
        break;
    }
    return record;
  }

  private async tellEnd(record: RunRecord): Promise<void> {
    const offers = await this.offersFor(record);
    const show = record.goalMet === false ? window.showWarningMessage : window.showInformationMessage;
    const chosen = await show(`${subject(record.request)}: ${stateText(record)}`, ...offers.map(({ title }) => title));
    try {
      await offers.find(({ title }) => title === chosen)?.take();
    } catch (error) {
      await tell(this.log, error);
    }
  }

  private async offersFor(record: RunRecord): Promise<Offer[]> {
    const { request, outputs } = record;
    const offers: Offer[] = [];
    if (request.kind !== 'compare' && !opensResults()) {
      offers.push({ title: 'Open Result', take: () => this.results.open(record) });
    }
    const output = outputs?.model;
    if (request.kind === 'recipe' && output !== undefined) {
      offers.push({
        title: 'Compare',
        take: async () => this.compare(await this.originalOf(record), Uri.file(output)),
      });
    }
    if (request.kind === 'analyze') {
      const { layers } = await this.link.request(runResult, { id: record.id }) as AnalysisResult;
      // Where no layer costs anything alone, their errors still tell them apart.
      const overlay = layers.some(({ drop }) => drop !== null && drop > 0) ? 'drop' : 'sqnr';
      offers.push({
        title: 'Show Heat Map',
        take: () => this.editors.open(Uri.file(request.model), layers[0]?.name, { overlay }),
      });
    }
    return offers;
  }
}
