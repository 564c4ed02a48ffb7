/** What past runs found out about models, for overlays and problems. */

import type { Emitter } from 'vscode-languageserver';
import type { AnalysisResult } from '../../../protocol/results/analysis.ts';
import type { Benchmark } from '../../../protocol/results/benchmark.ts';
import type { Comparison } from '../../../protocol/results/comparison.ts';
import type { RunResult } from '../../../protocol/results/run.ts';
import type { RunRecord } from '../../../protocol/runs.ts';
import { messageOf } from '../../engine/errors.ts';
import type { RunManager } from '../../jobs/run-manager.ts';
import type { FinishedRun, RunResults } from '../results.ts';

/** Documents that stay in memory: overlays of a model are made of its newest ones. */
const remembered = 16;

export class HistoryResults implements RunResults {
  private readonly manager: RunManager;
  private readonly emitter: Emitter<readonly string[]>;
  private readonly log: (line: string) => void;
  private readonly documents = new Map<string, unknown>();

  constructor(manager: RunManager, emitter: Emitter<readonly string[]>, log: (line: string) => void) {
    this.manager = manager;
    this.emitter = emitter;
    this.log = log;
  }

  async all(): Promise<readonly RunRecord[]> {
    return this.manager.list();
  }

  async of(path: string): Promise<readonly FinishedRun[]> {
    return this.manager.knowing(path).flatMap((record) => {
      try {
        return finished(record, this.document(record.id));
      } catch (error) {
        this.log(`The result of run ${record.id} is left out: ${messageOf(error)}`);
        return [];
      }
    });
  }

  onChanged(listener: (models: readonly string[]) => void): { dispose(): void } {
    return this.emitter.event(listener);
  }

  private document(id: string): unknown {
    const partial = this.manager.partial(id);
    if (partial !== undefined) return partial;
    const known = this.documents.get(id);
    const document = known ?? this.manager.result(id);
    // The last used one is the last to be forgotten.
    this.documents.delete(id);
    this.documents.set(id, document);
    const [oldest] = this.documents.keys();
    if (oldest !== undefined && this.documents.size > remembered) this.documents.delete(oldest);
    return document;
  }
}

function finished(record: RunRecord, document: unknown): FinishedRun {
  switch (record.request.kind) {
    case 'recipe':
      return { record, kind: 'recipe', result: document as RunResult };
    case 'analyze':
      return { record, kind: 'analyze', result: document as AnalysisResult };
    case 'benchmark':
      return { record, kind: 'benchmark', result: document as Benchmark };
    case 'compare':
      return { record, kind: 'compare', result: document as Comparison };
  }
}
