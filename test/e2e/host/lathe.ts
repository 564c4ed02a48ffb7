import { setTimeout as wait } from 'node:timers/promises';
import * as vscode from 'vscode';

const limitMs = 20_000;

export function lathe(): vscode.Extension<unknown> {
  const extension = vscode.extensions.all.find(({ packageJSON }) =>
    (packageJSON as { displayName?: string }).displayName === 'Lathe');
  if (extension === undefined) throw new Error('Lathe is not installed.');
  return extension;
}

/** A file of the workspace. */
export function file(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('There is no workspace.');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Asks again until there is an answer: what a server publishes comes when it comes. */
export async function until<T>(what: string, ask: () => T | undefined | Thenable<T | undefined>): Promise<T> {
  const limit = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > limit) throw new Error(`Waited ${limitMs / 1000} s for ${what}.`);
    await wait(50);
  }
}

/** Names and details of an outline, from the top. */
export function symbolNames(symbols: readonly vscode.DocumentSymbol[]): string[] {
  return symbols.flatMap(({ name, detail, children }) => [`${name} ${detail}`, ...symbolNames(children)]);
}

export function hoverText(hovers: readonly vscode.Hover[]): string {
  return hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]).map(({ value }) => value).join('\n');
}
