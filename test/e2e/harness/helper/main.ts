/**
 * An extension for the tests only. Its item in the status bar says that the contributions of all extensions are
 * registered; its port lets the test process call the extension API in this very host.
 */

import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import * as vscode from 'vscode';
import { readyText } from './ready.ts';

type HostFunction = (api: typeof vscode, ...args: readonly unknown[]) => unknown;

export function activate(context: vscode.ExtensionContext): void {
  const item = vscode.window.createStatusBarItem('ready', vscode.StatusBarAlignment.Right, 1e6);
  item.name = item.text = readyText;
  item.show();
  context.subscriptions.push(item);

  const { LATHE_HELPER_PORT_FILE: portFile, LATHE_HELPER_TOKEN: token } = process.env;
  if (portFile === undefined || token === undefined) return;
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.headers['x-token'] !== token) {
      response.writeHead(403).end();
      return;
    }
    void answer(request).then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) return;
    writeFileSync(`${portFile}.new`, String(address.port));
    renameSync(`${portFile}.new`, portFile);
  });
  context.subscriptions.push({ dispose: () => server.close() });
}

async function answer(request: IncomingMessage): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { code, args } = JSON.parse(Buffer.concat(chunks).toString()) as { code: string; args: unknown[] };
    // Indirect, so that the code sees nothing of this module.
    const run = (0, eval)(`(${code})`) as HostFunction;
    return JSON.stringify({ value: await run(vscode, ...args) ?? null });
  } catch (error) {
    return JSON.stringify({ error: error instanceof Error ? error.stack : String(error) });
  }
}
