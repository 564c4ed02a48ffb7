import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

type Api = typeof import('vscode');

const startLimitMs = 60_000;

/** Calls functions inside the extension host, through the helper extension. */
export class ExtensionHost {
  /** For the server's environment. */
  readonly env: Readonly<Record<string, string>>;
  private readonly portFile: string;
  private readonly token = randomBytes(16).toString('hex');

  constructor(folder: string) {
    this.portFile = join(folder, 'helper.port');
    this.env = { LATHE_HELPER_PORT_FILE: this.portFile, LATHE_HELPER_TOKEN: this.token };
  }

  /** Before a page is loaded anew: it gets a host of its own. */
  async forget(): Promise<void> {
    await rm(this.portFile, { force: true });
  }

  /** `run` travels as text: it sees its arguments and nothing else. What it gives back must be JSON. */
  async call<Args extends readonly unknown[], Result>(
    run: (vscode: Api, ...args: Args) => Result | Thenable<Result>, ...args: Args
  ): Promise<Result> {
    const port = await this.port();
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST', headers: { 'x-token': this.token }, body: JSON.stringify({ code: run.toString(), args }),
    });
    const { value, error } = await response.json() as { value: Result; error?: string };
    if (error !== undefined) throw new Error(`In the extension host: ${error}`);
    return value;
  }

  private async port(): Promise<string> {
    const limit = Date.now() + startLimitMs;
    for (;;) {
      try {
        return await readFile(this.portFile, 'utf8');
      } catch (error) {
        if (Date.now() > limit) throw new Error('The helper extension did not start.', { cause: error });
        await wait(50);
      }
    }
  }
}
