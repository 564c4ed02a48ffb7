import { commands, Uri, window } from 'vscode';
import type { Failure } from '../../protocol/failure.ts';
import type { Log } from '../support/log.ts';
import { failureOf, sentence } from './failure-error.ts';

interface Remedy {
  readonly title: string;
  readonly take: () => Thenable<unknown>;
}

/** What helps against a failure, the best first; the log always does. */
function remediesOf(failure: Failure): Remedy[] {
  const remedies: Remedy[] = [];
  if (failure.code === 'SERVER') {
    remedies.push({ title: 'Restart', take: () => commands.executeCommand('lathe.restartServer') });
  }
  if (failure.code === 'UNTRUSTED') {
    remedies.push({ title: 'Manage Trust', take: () => commands.executeCommand('workbench.trust.manage') });
  }
  const file = failure.at?.file;
  const line = failure.at?.line;
  if (file !== undefined && line !== undefined && /\.ya?ml$/i.test(file)) {
    remedies.push({ title: 'Go to the Line', take: () => goTo(file, line, failure.at?.column ?? 1) });
  }
  remedies.push({ title: 'Show Log', take: () => commands.executeCommand('lathe.showLog') });
  return remedies;
}

function goTo(file: string, line: number, column: number): Thenable<unknown> {
  const position = { line: line - 1, character: column - 1 };
  return commands.executeCommand('vscode.open', Uri.file(file), { selection: { start: position, end: position } });
}

/** Tells the user what went wrong, with a button for everything that helps. Nothing is told of a cancel. */
export async function tell(log: Log, error: unknown): Promise<void> {
  const failure = failureOf(error);
  if (failure.code === 'CANCELLED') return;
  log.error(`${failure.code}: ${failure.message}${failure.detail === undefined ? '' : `\n${failure.detail}`}`);
  const remedies = remediesOf(failure);
  const chosen = await window.showErrorMessage(sentence(failure), ...remedies.map(({ title }) => title));
  await remedies.find(({ title }) => title === chosen)?.take();
}
