import { StatusBarAlignment, window } from 'vscode';
import type { RunStore } from './run-store.ts';
import { stateText, subject } from './run-text.ts';
import type { Disposable } from '../support/disposable.ts';

/** One item in the status bar while anything runs; a click shows the Runs view. */
export function runStatus(store: RunStore): Disposable[] {
  const item = window.createStatusBarItem('lathe.running', StatusBarAlignment.Left, 0);
  item.name = 'Lathe Runs';
  item.command = 'lathe.runs.show';
  const tell = (): void => {
    const [first, ...others] = store.running.filter(({ state }) => state === 'running');
    if (first === undefined) {
      item.hide();
      return;
    }
    const more = others.length > 0 ? ` (+${others.length})` : '';
    item.text = `$(loading~spin) Lathe: ${stateText(first)}${more}`;
    item.tooltip = `${subject(first.request)}. Click to show all runs.`;
    item.accessibilityInformation = { label: `Lathe: ${subject(first.request)}, ${stateText(first)}` };
    item.show();
  };
  return [item, store.onDidChange(tell)];
}
