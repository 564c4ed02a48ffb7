import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import {
  createProtocolConnection, IPCMessageReader, IPCMessageWriter, type ProtocolConnection,
} from 'vscode-languageserver/node';
import { modelFigures, openModel, type ModelFigures, type OpenedModel } from '../../protocol/model.ts';
import type { GraphPageEvent } from '../../protocol/page.ts';
import type { ServerOptions } from '../../protocol/server.ts';
import { pageBytes } from './browser.ts';
import { zoom, type Opened } from './netron.ts';

/** Linux counts CPU in hundredths of a second. */
const tickMs = 10;

const origin = 'http://lathe.test/';
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

export interface OpenedInLathe extends Opened {
  /** Of `openMs`, until the language server's answer has arrived as the editor gets it. */
  readonly serverMs: number;
  /** CPU that the server needed until then. */
  readonly serverCpuMs: number;
  /** After opening, until shapes and costs are in the page as well; 0 where they come with the first answer. */
  readonly figuresMs: number;
  /** From the key to the first frame of the graph with all its groups open. */
  readonly expandAllMs: number;
}

/** A language server as the editor starts it. */
export class Server {
  private readonly child: ChildProcess;
  private readonly connection: ProtocolConnection;

  private constructor(child: ChildProcess, connection: ProtocolConnection) {
    this.child = child;
    this.connection = connection;
  }

  static async start(): Promise<Server> {
    const child = fork('dist/server/language-server.js', ['--node-ipc'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const connection = createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.listen();
    const initializationOptions: ServerOptions = {
      storagePath: tmpdir(), settings: { threads: 0, provider: 'cpu', target: '', trusted: true },
    };
    await connection.sendRequest('initialize', {
      processId: process.pid, workspaceFolders: null, capabilities: {}, initializationOptions,
    });
    return new Server(child, connection);
  }

  async open(path: string): Promise<OpenedModel> {
    return this.connection.sendRequest<OpenedModel>(openModel.method, { uri: pathToFileURL(resolve(path)).href });
  }

  async figures(path: string): Promise<ModelFigures> {
    return this.connection.sendRequest<ModelFigures>(modelFigures.method, { uri: pathToFileURL(resolve(path)).href });
  }

  /** Of all threads of the process, in milliseconds; NaN where the system does not tell. */
  get cpuMs(): number {
    try {
      const [user = NaN, system = NaN] = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '').split(' ').slice(11, 13).map(Number);
      return (user + system) * tickMs;
    } catch {
      return NaN;
    }
  }

  stop(): void {
    this.connection.dispose();
    this.child.kill();
  }
}

/**
 * Opens a model as the editor does, except for the way from the extension host into the page: a language server
 * that has not seen the file, then a fresh page.
 */
export async function openInLathe(browser: Browser, path: string, limitMs: number): Promise<OpenedInLathe> {
  const server = await Server.start();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(limitMs);
  try {
    const [start, cpuBefore] = [performance.now(), server.cpuMs];
    const opened = await server.open(path);
    const buffer = Buffer.from(opened.columns, 'base64');
    const serverMs = performance.now() - start;
    const serverCpuMs = server.cpuMs - cpuBefore;

    await serve(page, buffer);
    await page.addInitScript(actAsHost);
    await page.goto(origin);
    await page.waitForFunction(() => (globalThis as unknown as Host).isListening());
    const uri = pathToFileURL(resolve(path)).href;
    const { facts, version, graph, complete } = opened;
    const model = { uri, fileName: basename(path), version, facts, names: graph.names, table: graph.table, complete };
    const pageMs = await page.evaluate(async (model) => (globalThis as unknown as Host).open(model), model);
    const figuresMs = complete ? 0 : await completeMs(server, page, path);
    const memory = await pageBytes(browser);
    const expandAllMs = await page.evaluate(async () =>
      (globalThis as unknown as Host).tell({ type: 'action', action: 'expandAll' }));
    const zoomP95Ms = await zoom(page, 'canvas[role=application]');
    return { openMs: serverMs + pageMs, serverMs, serverCpuMs, figuresMs, expandAllMs, zoomP95Ms, memoryBytes: memory };
  } catch (error) {
    throw new Error(`Lathe did not draw ${basename(path)}.`, { cause: error });
  } finally {
    await page.close();
    server.stop();
  }
}

async function completeMs(server: Server, page: Page, path: string): Promise<number> {
  const start = performance.now();
  const { columns, ...figures } = await server.figures(path);
  const buffer = Buffer.from(columns, 'base64');
  const serverMs = performance.now() - start;
  await serveColumns(page, buffer);
  const { figures: packed, ...rest } = figures;
  return serverMs + await page.evaluate(async (figures) => (globalThis as unknown as Host).complete(figures),
    { ...packed, ...rest });
}

/** What stands in the page for the extension host. */
interface Host {
  isListening(): boolean;
  /** Both give the milliseconds until something has been drawn on a canvas of the document. */
  open(model: object): Promise<number>;
  complete(figures: object): Promise<number>;
  tell(event: GraphPageEvent): Promise<number>;
}

async function serveColumns(page: Page, columns: Buffer): Promise<void> {
  await page.unroute('**/columns');
  await page.route('**/columns', async (route) =>
    route.fulfill({ body: columns, contentType: 'application/octet-stream' }));
}

async function serve(page: Page, columns: Buffer): Promise<void> {
  await page.route('**/*', async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') {
      const body = '<!doctype html><html lang="en"><head><link rel="stylesheet" href="graph.css"></head>'
        + '<body class="vscode-dark"><script src="graph.js" data-worker="layout-worker.js"></script></body></html>';
      await route.fulfill({ body, contentType: 'text/html; charset=utf-8' });
    } else {
      const body = await readFile(`dist/webview/${name}`).catch(() => undefined);
      const contentType = types[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
      if (body) await route.fulfill({ body, contentType });
      else await route.fulfill({ status: 404, body: '' });
    }
  });
  // The route that was added last is asked first.
  await serveColumns(page, columns);
}

/** In the page: `acquireVsCodeApi`, and a `Host` as the global's own methods. */
function actAsHost(): void {
  let listening = false;
  let state: unknown;
  let drawn: (() => void) | undefined;
  // Lines and letters: the background is filled even where there is nothing to see yet.
  for (const method of ['stroke', 'fill', 'fillText'] as const) {
    const prototype = CanvasRenderingContext2D.prototype as unknown as Record<string, (...args: unknown[]) => void>;
    const original = prototype[method]!;
    prototype[method] = function (this: CanvasRenderingContext2D, ...args: unknown[]): void {
      original.apply(this, args);
      if (this.canvas.role === 'application') drawn?.();
    };
  }
  const untilDrawn = async (begin: () => void): Promise<number> => {
    const start = performance.now();
    const frame = new Promise<void>((done) => {
      drawn = () => {
        drawn = undefined;
        // After the frame that is being drawn has reached the screen.
        requestAnimationFrame(() => requestAnimationFrame(() => done()));
      };
    });
    begin();
    await frame;
    return performance.now() - start;
  };
  Object.assign(globalThis, {
    acquireVsCodeApi: () => ({
      postMessage: (message: { kind: string }) => {
        if (message.kind === 'ready') listening = true;
      },
      getState: () => state,
      setState: (next: unknown) => state = next,
    }),
    isListening: () => listening,
    open: async (model: object) => {
      const columns = await (await fetch('columns')).arrayBuffer();
      return untilDrawn(() =>
        window.postMessage({ kind: 'event', event: { type: 'model', model: { ...model, columns } } }, '*'));
    },
    complete: async (figures: object) => {
      const columns = await (await fetch('columns')).arrayBuffer();
      return untilDrawn(() =>
        window.postMessage({ kind: 'event', event: { type: 'figures', figures: { ...figures, columns } } }, '*'));
    },
    tell: async (event: GraphPageEvent) => untilDrawn(() => window.postMessage({ kind: 'event', event }, '*')),
  });
}
