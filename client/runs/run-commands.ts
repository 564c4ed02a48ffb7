import { commands, env, Uri } from 'vscode';
import { cancelRun, deleteRun, runLog, steerRun, type RunRecord } from '../../protocol/runs.ts';
import type { ComparePages } from '../pages/compare-pages.ts';
import type { ResultPages } from '../pages/result-pages.ts';
import type { GraphEditors } from '../graph/graph-editor.ts';
import { FailureError } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Disposable } from '../support/disposable.ts';
import type { Log } from '../support/log.ts';
import type { ReadOnlyTexts } from '../support/read-only-text.ts';
import { registerCommand } from '../support/register.ts';
import type { Starter } from './start.ts';
import type { RunStore } from './run-store.ts';
import { subject } from './run-text.ts';

export interface RunCommandParts {
  readonly link: ServerLink;
  readonly log: Log;
  readonly store: RunStore;
  readonly starter: Starter;
  readonly results: ResultPages;
  readonly comparisons: ComparePages;
  readonly editors: GraphEditors;
  readonly texts: ReadOnlyTexts;
}

/** `lathe.runs.*`: what can be done with a run of the history. */
export function registerRunCommands(parts: RunCommandParts): Disposable[] {
  const { link, log, store, starter, results, comparisons, editors, texts } = parts;

  /** The tree gives its element, pages and links give the id: both are the same. */
  const recordOf = (given: unknown): RunRecord => {
    const record = typeof given === 'string' ? store.get(given) : undefined;
    if (record) return record;
    throw new FailureError({ code: 'RUN', message: 'The history does not have this run any more.' });
  };
  const outputOf = (given: unknown, output: 'model' | 'report' | 'recipe'): Uri => {
    const record = recordOf(given);
    const path = record.outputs?.[output]
      ?? (output === 'recipe' && record.request.kind === 'recipe' ? record.request.recipe : undefined);
    if (path !== undefined) return Uri.file(path);
    throw new FailureError({ code: 'RUN', message: `This run has written no ${output}.` });
  };
  const onRun = (name: string, act: (given: unknown) => unknown): Disposable =>
    registerCommand(log, `lathe.runs.${name}`, act);

  return [
    onRun('open', (given) => {
      const record = recordOf(given);
      if (record.request.kind === 'compare') {
        comparisons.open(Uri.file(record.request.a), Uri.file(record.request.b), record.id);
      } else {
        results.open(record);
      }
    }),
    onRun('cancel', async (given) => store.set(await link.request(cancelRun, { id: recordOf(given).id }))),
    ...(['pause', 'resume', 'stop'] as const).map((steering) =>
      onRun(steering === 'stop' ? 'stopAndKeep' : steering, async (given) =>
        store.set(await link.request(steerRun, { id: recordOf(given).id, steering })))),
    onRun('rerun', (given) => starter.start(recordOf(given).request)),
    onRun('compare', async (given) => {
      const result = outputOf(given, 'model');
      await starter.compare(await starter.originalOf(recordOf(given)), result);
    }),
    onRun('openModel', (given) => editors.open(outputOf(given, 'model'))),
    onRun('openRecipe', (given) => commands.executeCommand('vscode.open', outputOf(given, 'recipe'))),
    onRun('openReport', (given) => env.openExternal(outputOf(given, 'report'))),
    onRun('reveal', (given) => commands.executeCommand('revealInExplorer', outputOf(given, 'model'))),
    onRun('showLog', async (given) => {
      const record = recordOf(given);
      const { text } = await link.request(runLog, { id: record.id });
      await texts.show(`${subject(record.request)}.log`, text === '' ? 'The log is empty.\n' : text);
    }),
    onRun('delete', async (given) => {
      const { id } = recordOf(given);
      await link.request(deleteRun, { id });
    }),
    onRun('show', () => commands.executeCommand('lathe.runs.focus')),
  ];
}
