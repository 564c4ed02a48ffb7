import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { pageBytes } from './browser.ts';

export interface Opened {
  /** From the choice of the file to the first frame with the graph. */
  readonly openMs: number;
  /** 95th percentile of the frames of a zoom. */
  readonly zoomP95Ms: number;
  readonly memoryBytes: number;
}

const origin = 'http://netron.test/';
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.html': 'text/html',
};

/** Opens a model in Netron; `folder` holds its sources (index.html, view.js, …). Fails when it is not drawn in time. */
export async function openInNetron(
  browser: Browser, folder: string, model: string, limitMs: number,
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(limitMs);
  try {
    await serve(page, folder);
    await page.addInitScript(keepEval);
    await page.goto(origin);
    await page.waitForSelector('body.welcome:not(.spinner)', { state: 'attached' });
    await page.evaluate(watchForGraph);
    await page.setInputFiles('#open-file-dialog', model);
    const openMs = await page.evaluate(async () =>
      (globalThis as unknown as { graphDrawn: Promise<number> }).graphDrawn);
    const memory = await pageBytes(browser);
    return { openMs, zoomP95Ms: await zoom(page, '#target'), memoryBytes: memory };
  } catch (error) {
    throw new Error(`Netron did not draw ${basename(model)}.`, { cause: error });
  } finally {
    await page.close();
  }
}

async function serve(page: Page, folder: string): Promise<void> {
  await page.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    // It asks the network where its user is: there is none.
    if (!url.href.startsWith(origin)) {
      await route.abort();
      return;
    }
    const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
    try {
      let body = await readFile(join(folder, name));
      // A build without a date asks for an update instead of opening anything.
      if (name === 'index.html') {
        body = Buffer.from(body.toString()
          .replace('name="date" content=""', `name="date" content="${new Date().toISOString()}"`));
      }
      await route.fulfill({ body, contentType: types[extname(name)] ?? 'application/octet-stream' });
    } catch {
      await route.fulfill({ status: 404, body: '' });
    }
  });
  await page.context().addCookies([{ name: 'consent', value: '1', url: origin }]);
}

/** In the page: Netron takes `eval` away, which Playwright needs. */
function keepEval(): void {
  const { eval: kept } = globalThis;
  Object.defineProperty(globalThis, 'eval', { get: () => kept, set: () => undefined });
}

/** In the page: `graphDrawn` is the time from the choice of a file to the frame after the graph is shown. */
function watchForGraph(): void {
  const drawn = new Promise<number>((done) => {
    let start = 0;
    document.getElementById('open-file-dialog')?.addEventListener('change', () => {
      start = performance.now();
    }, { capture: true });
    new MutationObserver(() => {
      if (start === 0 || !document.body.classList.contains('default')) return;
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
    }).observe(document.body, { attributeFilter: ['class'] });
  });
  Object.assign(globalThis, { graphDrawn: drawn });
}

/** Turns the wheel with the control key over an element, 20 notches in and 20 out; the 95th percentile of frames. */
export async function zoom(page: Page, selector: string): Promise<number> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`There is no ${selector}.`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const times: number[] = [];
    const tick = (now: number): void => {
      times.push(now);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    Object.assign(globalThis, { frameTimes: times });
  });
  await page.keyboard.down('Control');
  for (let notch = 0; notch < 40; notch++) await page.mouse.wheel(0, notch < 20 ? -100 : 100);
  await page.keyboard.up('Control');
  const times = await page.evaluate(() => (globalThis as unknown as { frameTimes: number[] }).frameTimes);
  const frames = times.slice(1).map((time, i) => time - times[i]!).sort((a, b) => a - b);
  return frames[Math.floor(frames.length * 0.95)] ?? NaN;
}
