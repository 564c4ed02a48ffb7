/** The runtime of a run: started when it is first needed, replaced after a crash, closed with the run. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runtime } from '../runtime/runtime.ts';

export interface RuntimePoolOptions {
  readonly threads: number;
  readonly tempDir: string;
  readonly log: (line: string) => void;
}

export class RuntimePool {
  private readonly options: RuntimePoolOptions;
  private starting: Promise<Runtime> | undefined;

  constructor(options: RuntimePoolOptions) {
    this.options = options;
  }

  readonly get = (): Promise<Runtime> => {
    // A runtime whose process died starts another by itself at the next load.
    this.starting ??= Runtime.start(this.options);
    return this.starting;
  };

  async close(): Promise<void> {
    const { starting } = this;
    this.starting = undefined;
    // Starting may have failed: then there is nothing to close, and the failure was thrown already.
    await starting?.then((runtime) => runtime.close(), () => undefined);
  }
}

/** Runs `work` with a runtime and a temporary folder, which end with it. */
export async function withPool<T>(
  { threads }: { readonly threads: number },
  work: (pool: RuntimePool, tempDir: string) => Promise<T>,
): Promise<T> {
  const tempDir = mkdtempSync(join(tmpdir(), 'lathe-run-'));
  const pool = new RuntimePool({ threads, tempDir, log: () => undefined });
  try {
    return await work(pool, tempDir);
  } finally {
    await pool.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}
