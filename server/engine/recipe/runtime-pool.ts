/** The runtime of a run: started when it is first needed, replaced after a crash, closed with the run. */

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
