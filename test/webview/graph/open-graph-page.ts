/** The graph page in Chromium, with a model opened. */

import type { PageModel } from '../../../protocol/page.ts';
import { openPage, type OpenOptions, type TestPage } from '../open-page.ts';

export interface GraphPageOptions extends Partial<OpenOptions> {
  readonly model?: PageModel;
}

/** Opens the page, and with `model` waits until it is drawn. */
export async function openGraphPage({ model, ...options }: GraphPageOptions = {}): Promise<TestPage> {
  const opened = await openPage({
    entry: 'webview/graph/main.ts',
    files: { 'layout-worker.js': 'webview/layout/worker.ts' },
    size: { width: 1280, height: 800 },
    ...options,
  });
  await waitUntil(() => opened.posted.some(({ kind }) => kind === 'ready'));
  if (model) {
    await opened.send({ type: 'model', model });
    await opened.page.locator('.app').waitFor({ state: 'visible' });
  }
  return opened;
}

async function waitUntil(holds: () => boolean): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > 10_000) throw new Error('The page did not get ready within ten seconds.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
