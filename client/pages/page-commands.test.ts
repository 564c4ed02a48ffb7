import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { allowedCommands, pageMayRun } from './page-commands.ts';

const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  contributes: { commands: { command: string }[] };
};

it('lets pages run commands of the extension only', () => {
  const known = manifest.contributes.commands.map(({ command }) => command);
  expect(allowedCommands.filter((command) => !known.includes(command))).toEqual([]);
});

it('refuses what could harm', () => {
  const harmful = ['workbench.action.terminal.sendSequence', 'lathe.runs.delete', 'vscode.open', ''];
  expect(harmful.some(pageMayRun)).toBe(false);
});
