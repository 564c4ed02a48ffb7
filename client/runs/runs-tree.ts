import {
  EventEmitter, MarkdownString, ThemeColor, ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView,
} from 'vscode';
import type { RunRecord } from '../../protocol/runs.ts';
import type { RunStore } from './run-store.ts';
import { runFacts, runItem } from './run-text.ts';
import type { Disposable } from '../support/disposable.ts';

/** The words "3 min ago" grow old. */
const refreshMs = 60_000;

/** The Runs view: the newest run on top, each with its progress or result. */
export class RunsTree implements TreeDataProvider<string>, Disposable {
  readonly onDidChangeTreeData;
  private readonly store: RunStore;
  private readonly changed = new EventEmitter<string | undefined>();
  private readonly view: TreeView<string>;
  private readonly registrations: Disposable[];
  private shown = new Set<string>();

  constructor(store: RunStore) {
    this.store = store;
    this.onDidChangeTreeData = this.changed.event;
    this.view = window.createTreeView('lathe.runs', { treeDataProvider: this });
    const clock = setInterval(() => {
      if (this.view.visible) this.changed.fire(undefined);
    }, refreshMs);
    this.registrations = [
      this.changed,
      this.view,
      { dispose: () => clearInterval(clock) },
      store.onDidChange((record) => {
        // A run that is in the tree already changes alone, so that the rest does not flicker.
        this.changed.fire(record && this.shown.has(record.id) ? record.id : undefined);
        this.tellBadge();
      }),
    ];
  }

  getChildren(parent?: string): string[] {
    if (parent !== undefined) return [];
    const ids = this.store.all.map(({ id }) => id);
    this.shown = new Set(ids);
    return ids;
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(id: string): TreeItem {
    const record = this.store.get(id);
    return record ? treeItem(record) : new TreeItem('');
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }

  private tellBadge(): void {
    const running = this.store.running.length;
    this.view.badge = running === 0
      ? undefined
      : { value: running, tooltip: running === 1 ? '1 run in progress' : `${running} runs in progress` };
  }
}

function treeItem(record: RunRecord): TreeItem {
  const { label, description, icon, context, spoken } = runItem(record, Date.now());
  const item = new TreeItem(label);
  item.id = record.id;
  item.description = description;
  item.iconPath = new ThemeIcon(icon.id, icon.color === undefined ? undefined : new ThemeColor(icon.color));
  item.contextValue = context;
  item.accessibilityInformation = { label: spoken };
  item.tooltip = tooltip(record, label);
  const command = record.state === 'done' ? 'lathe.runs.open' : 'lathe.runs.showLog';
  item.command = { command, title: 'Open', arguments: [record.id] };
  return item;
}

function tooltip(record: RunRecord, label: string): MarkdownString {
  const text = new MarkdownString();
  text.appendMarkdown('**').appendText(label).appendMarkdown('**\n\n');
  for (const [name, value] of runFacts(record)) {
    text.appendMarkdown('* ').appendText(`${name}: ${value}`).appendMarkdown('\n');
  }
  return text;
}
