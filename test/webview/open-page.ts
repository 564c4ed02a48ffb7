/**
 * Opens a page of the extension in Chromium as a webview does: under the same content security policy, with a host
 * behind `acquireVsCodeApi` and the colours of one of VS Code's own themes.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { pageHtml } from '../../client/pages/html.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { FromPage, PageEvent, PageMethod, PageRequests } from '../../protocol/page.ts';

export const themeNames = ['dark-modern', 'light-modern', 'high-contrast'] as const;
export type ThemeName = (typeof themeNames)[number];

interface ThemeFixture {
  /** Class of the body. */
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '../..');
const address = 'http://page.test/';

/** Where Chromium is, or undefined: tests of pages are skipped then. */
export const chromiumPath = [
  process.env['LATHE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** What the host answers; methods that are not named give null. A thrown `Failure` becomes the request's failure. */
export type HostAnswers = {
  readonly [Method in PageMethod]?: (
    params: PageRequests[Method]['params'],
  ) => PageRequests[Method]['result'] | Promise<PageRequests[Method]['result']>;
};

export interface OpenOptions {
  /** The page's main file, from the root of the repository. */
  readonly entry: string;
  readonly theme?: ThemeName;
  readonly size?: { readonly width: number; readonly height: number };
  readonly host?: HostAnswers;
  /** What the page kept when it was last hidden. */
  readonly state?: unknown;
  /** Further files that the page may load, by name: workers. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface TestPage {
  readonly page: Page;
  /** Everything that the page posted so far. */
  readonly posted: readonly FromPage[];
  /** Errors of the page, of its console and of its content security policy. */
  readonly errors: readonly string[];
  /** Tells the page; the buffers in the event arrive as buffers. */
  send(event: PageEvent): Promise<void>;
  setTheme(theme: ThemeName): Promise<void>;
  /** What the page keeps for the time when it is hidden. */
  state(): Promise<unknown>;
  /** Serious and critical findings of axe-core, as one line each. */
  accessibilityFindings(): Promise<string[]>;
  close(): Promise<void>;
}

let browser: Promise<Browser> | undefined;
const bundles = new Map<string, Promise<{ script: string; style: string }>>();

/** Ends the browser; call it when the tests of a file are through. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

function bundled(entry: string): Promise<{ script: string; style: string }> {
  const known = bundles.get(entry) ?? (async () => {
    const { outputFiles } = await build({
      entryPoints: [join(root, entry)], bundle: true, write: false, outdir: 'out', platform: 'browser', format: 'iife',
      target: 'es2023', logLevel: 'silent', loader: { '.ttf': 'dataurl' },
    });
    const text = (extension: string): string =>
      outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
    return { script: text('.js'), style: text('.css') };
  })();
  bundles.set(entry, known);
  return known;
}

function themeFixture(name: ThemeName): ThemeFixture {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'themes', `${name}.json`), 'utf8')) as ThemeFixture;
}

export async function openPage(options: OpenOptions): Promise<TestPage> {
  const { entry, theme = 'dark-modern', size = { width: 1100, height: 900 }, host = {}, state, files = {} } = options;
  browser ??= chromium.launch({ ...(chromiumPath && { executablePath: chromiumPath }), args: ['--no-sandbox'] });
  const context = await (await browser).newContext({ viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
  // Before a test's own end, so that it says for what it waited.
  page.setDefaultTimeout(10_000);
  const { script, style } = await bundled(entry);
  const posted: FromPage[] = [];
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });

  const html = pageHtml({
    title: 'Lathe',
    script: `${address}page.js`,
    styles: [`${address}page.css`],
    cspSource: address,
    nonce: 'fresh-for-every-document',
  });
  const served = new Map<string, readonly [type: string, body: string]>([
    ['', ['text/html', html]], ['page.js', ['text/javascript', script]], ['page.css', ['text/css', style]],
    ['favicon.ico', ['image/x-icon', '']],
  ]);
  for (const [name, file] of Object.entries(files)) {
    served.set(name, ['text/javascript', (await bundled(file)).script]);
  }
  await page.route(`${address}**`, async (route) => {
    const found = served.get(route.request().url().slice(address.length));
    if (found) await route.fulfill({ contentType: `${found[0]}; charset=utf-8`, body: found[1] });
    else await route.fulfill({ status: 404, body: '' });
  });

  const receive = async (message: FromPage): Promise<void> => {
    posted.push(message);
    if (message.kind !== 'request') return;
    const answer = host[message.method] as ((params: unknown) => unknown) | undefined;
    try {
      const result = (await answer?.(message.params)) ?? null;
      await post({ kind: 'response', id: message.id, result });
    } catch (error) {
      await post({ kind: 'failure', id: message.id, failure: error as Failure });
    }
  };
  const post = (message: unknown): Promise<void> => page.evaluate((text) => {
    const withBuffers: unknown = JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('$buffer' in value)) return value;
      return Uint8Array.from(atob(value.$buffer as string), (letter) => letter.charCodeAt(0)).buffer;
    });
    window.postMessage(withBuffers, '*');
  }, JSON.stringify(message, (_, value: unknown) => (
    value instanceof ArrayBuffer ? { $buffer: Buffer.from(value).toString('base64') } : value
  )));

  await page.exposeFunction('latheHost', receive);
  const applied = themeFixture(theme);
  await page.addInitScript(({ applied, state }) => {
    let kept: unknown = state;
    const send = (globalThis as unknown as { latheHost: (message: unknown) => void }).latheHost;
    Object.assign(globalThis, {
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) => send(message),
        getState: () => kept,
        setState: (value: unknown) => {
          kept = value;
          return value;
        },
      }),
      latheState: () => kept,
    });
    const dress = ({ kind, variables }: typeof applied): void => {
      for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
      document.body.className = kind;
    };
    Object.assign(globalThis, { latheDress: dress });
    // The body is there only later; the page's own script runs at its end.
    new MutationObserver((_, observer) => {
      if (!(document.body as HTMLElement | null)) return;
      observer.disconnect();
      dress(applied);
    }).observe(document, { childList: true, subtree: true });
  }, { applied, state });
  await page.goto(address);

  return {
    page,
    posted,
    errors,
    send: (event) => post({ kind: 'event', event }),
    setTheme: (name) => page.evaluate(
      (fixture) => (globalThis as unknown as { latheDress: (theme: unknown) => void }).latheDress(fixture),
      themeFixture(name),
    ),
    state: () => page.evaluate(() => (globalThis as unknown as { latheState: () => unknown }).latheState()),
    accessibilityFindings: () => findings(page),
    close: () => context.close(),
  };
}

async function findings(page: Page): Promise<string[]> {
  // A script tag would not pass the page's policy; an evaluated one does.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] })
  ));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html).join(' | ')}`);
}
