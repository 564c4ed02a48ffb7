import axe from 'axe-core';
import type { FrameLocator } from 'playwright-core';

/** Serious and critical findings of axe-core in a page of Lathe, a line each. */
export async function seriousFindings(webview: FrameLocator): Promise<string[]> {
  const body = webview.locator('body');
  // As an expression: a script element would not pass the page's policy.
  const handle = await body.elementHandle();
  const frame = await handle.ownerFrame();
  if (!frame) throw new Error('The page has no frame.');
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate(async () => (
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] })
  ));
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}
