/** Files and folders that a path may go on with. */

import { readdirSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { CompletionItemKind } from 'vscode-languageserver';
import type { FileKind } from './file-keys.ts';
import type { Proposal } from './proposal.ts';

/** @param prefix what is typed of the path, from `folder` on */
export function pathProposals(folder: string, prefix: string, { endings }: FileKind): Proposal[] {
  const typed = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  try {
    return readdirSync(resolve(folder, typed), { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules')
      .flatMap((entry): Proposal[] => {
        if (entry.isDirectory()) return [{ word: `${typed}${entry.name}/`, kind: CompletionItemKind.Folder }];
        const fits = endings.includes(extname(entry.name).toLowerCase());
        return fits ? [{ word: `${typed}${entry.name}`, kind: CompletionItemKind.File }] : [];
      })
      .sort((a, b) => Number(a.kind === CompletionItemKind.Folder) - Number(b.kind === CompletionItemKind.Folder)
        || a.word.localeCompare(b.word));
  } catch {
    // No such folder: there is nothing to propose.
    return [];
  }
}
