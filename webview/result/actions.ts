/** What buttons let the host do. */

import type { ResultPageEvent } from '../../protocol/page.ts';
import type { RecipeEdit } from '../../protocol/problems.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import { button, type Button } from '../ui/controls.ts';
import { failureText, type PageLink } from '../ui/page.ts';

type Link = PageLink<ResultPageEvent>;

/** Runs a command on the run that the page shows. */
export function runButton(
  link: Link,
  { id }: RunRecord,
  label: string,
  command: string,
  appearance: 'primary' | 'secondary' = 'secondary',
): Button {
  return button(label, () => void ask(link, link.request('command', { command, arguments: [id] })), { appearance });
}

/** Opens a model's graph at a layer, with the heat map `overlay` where one is named. */
export function reveal(link: Link, path: string, node: string, overlay?: string): void {
  void ask(link, link.request('revealNode', { path, node, ...(overlay !== undefined && { overlay }) }));
}

/** Opens a model's graph with a heat map, at its worst layer where one is known. */
export function openHeatMap(link: Link, path: string, node: string | undefined, overlay: string): void {
  if (node !== undefined) reveal(link, path, node, overlay);
  else void ask(link, link.request('command', { command: 'lathe.openGraph', arguments: [] }));
}

/** @param model its path */
export function applyFix(link: Link, model: string, edit: RecipeEdit): void {
  void ask(link, link.request('applyFix', { uri: fileUri(model), edit }));
}

/** The uri of an absolute path of any system, as VS Code writes them. */
export function fileUri(path: string): string {
  const forward = path.replaceAll('\\', '/');
  const rooted = forward.startsWith('/') ? forward : `/${forward}`;
  return `file://${rooted.split('/').map((part) => encodeURIComponent(part)).join('/')}`;
}

/** The host tells its own failures to the user; what reaches the page is for the log. */
async function ask(link: Link, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    link.log('error', failureText(error));
  }
}
