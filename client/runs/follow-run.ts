import { ProgressLocation, window } from 'vscode';
import { cancelRun, startRun, type RunRecord, type RunRequest } from '../../protocol/runs.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { RunStore } from './run-store.ts';
import { activity, isOver, progressText, subject } from './run-text.ts';

/**
 * Starts a run that the user asked for and shows its progress, with a button to cancel it, until it is over. Fails
 * when it cannot be started. `onStart` hears its id.
 */
export async function followRun(
  link: ServerLink, store: RunStore, request: RunRequest, onStart?: (id: string) => void,
): Promise<RunRecord> {
  const started = await link.request(startRun, { request });
  if (store.get(started.id) === undefined) store.set(started);
  onStart?.(started.id);
  return window.withProgress(
    { location: ProgressLocation.Notification, title: `${activity(request)} ${subject(request)}`, cancellable: true },
    async (progress, cancellation) => {
      const changes = store.onDidChange((record) => {
        if (record?.id !== started.id || isOver(record)) return;
        if (record.progress) progress.report({ message: progressText(record.progress) });
        else if (record.state === 'queued') progress.report({ message: 'Waiting for another run' });
      });
      const cancels = cancellation.onCancellationRequested(() => {
        progress.report({ message: 'Cancelling' });
        link.request(cancelRun, { id: started.id }).then((record) => store.set(record), () => undefined);
      });
      try {
        return await store.finished(started.id);
      } finally {
        changes.dispose();
        cancels.dispose();
      }
    },
  );
}
