import { spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import { userSettings } from './user-settings.ts';

export interface ServerOptions {
  /** Needed to run a suite inside the extension host. It hides notifications and refuses dialogs. */
  readonly testDriver?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** How long a closed page's extension host waits for it to come back. */
const reconnectionSeconds = 5;
const startLimitMs = 60_000;
const stopLimitMs = 5_000;

type Programs = Pick<Environment, 'node' | 'server' | 'extensions'>;

/** The web server of VS Code, with everything it writes under one folder. */
export class WorkbenchServer {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly stop: () => Promise<void>;

  private constructor(port: number, folder: string, stop: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}`;
    this.port = port;
    this.folder = folder;
    this.stop = stop;
  }

  /** `folder` should have a short path: the sockets in it must fit into 107 bytes. */
  static async start(programs: Programs, folder: string, options: ServerOptions = {}): Promise<WorkbenchServer> {
    layOut(folder, options.settings ?? {});
    const port = await freePort();
    const log = openSync(join(folder, 'server.log'), 'a');
    const args = [
      programs.server, ...commonArguments(programs.extensions, folder),
      '--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--disable-workspace-trust',
      '--disable-experiments', '--reconnection-grace-time', String(reconnectionSeconds),
      ...(options.testDriver === true ? ['--enable-smoke-test-driver'] : []),
    ];
    // A group of its own: the extension hosts and what they start go down with it.
    const child = spawn(programs.node, args, {
      env: environmentFor(folder, options.env), stdio: ['ignore', log, log], detached: true,
    });
    const end = new Promise<void>((done) => child.once('exit', () => done()));
    const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
    const kill = (signal: NodeJS.Signals): void => {
      if (ended() || child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // Gone in the meantime.
      }
    };
    const killNow = (): void => kill('SIGKILL');
    process.once('exit', killNow);

    const server = new WorkbenchServer(port, folder, async () => {
      kill('SIGTERM');
      await Promise.race([end, wait(stopLimitMs)]);
      killNow();
      process.off('exit', killNow);
    });
    const limit = Date.now() + startLimitMs;
    while (!await answers(server.url)) {
      if (ended() || Date.now() > limit) {
        killNow();
        throw new Error(`The VS Code server did not come up: see ${folder}/server.log.`);
      }
      await wait(50);
    }
    return server;
  }

  /** The workbench with a folder open. */
  pageOf(workspace: string, payload?: readonly (readonly [string, string])[]): string {
    const query = new URLSearchParams({ folder: workspace });
    if (payload !== undefined) query.set('payload', JSON.stringify(payload));
    return `${this.url}/?${query.toString()}`;
  }
}

/** Runs the server's command line to its end: for installing extensions. */
export async function runServerCommand(
  programs: Programs, folder: string, command: readonly string[],
): Promise<void> {
  layOut(folder, {});
  const args = [programs.server, ...commonArguments(programs.extensions, folder), ...command];
  const child = spawn(programs.node, args, { env: environmentFor(folder), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output += data.toString());
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}.\n${output}`);
}

function layOut(folder: string, settings: Readonly<Record<string, unknown>>): void {
  for (const part of ['home', 'user/User', 'server', 't']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'user/User/settings.json'), JSON.stringify({ ...userSettings, ...settings }, null, 2));
}

function commonArguments(extensions: string, folder: string): string[] {
  return [
    '--accept-server-license-terms', '--disable-telemetry', '--server-data-dir', join(folder, 'server'),
    '--user-data-dir', join(folder, 'user'), '--extensions-dir', extensions,
  ];
}

function environmentFor(folder: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  // What vitest or an editor around it set for themselves would reach the extension host.
  const inherited = Object.entries(process.env).filter(([name]) =>
    name !== 'NODE_OPTIONS' && !/^(VSCODE_|VITEST|XDG_)/.test(name));
  return {
    ...Object.fromEntries(inherited), HOME: join(folder, 'home'), TMPDIR: join(folder, 't'),
    // No extension gallery: nothing is asked for on the network.
    EXTENSIONS_GALLERY: '{}', ...more,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/version`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) done(address.port);
        else fail(new Error('The probe for a free port has no address.'));
      });
    });
  });
}
