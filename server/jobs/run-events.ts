/** What whoever shows runs is told of them. */

import type { RunRecord } from '../../protocol/runs.ts';

export interface RunEvents {
  /** A run began, moved on or ended. */
  changed(record: RunRecord): void;
  deleted(id: string): void;
  /** More is known about `models`: a run of theirs has new figures, ended or was deleted. */
  resultsChanged(models: readonly string[]): void;
}
