/** PyTorch beside us: bench/peers/torch_train.py, asked line by line. */

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface TorchSteps {
  readonly cpuSeconds: number;
  readonly loss: number;
  readonly peakBytes: number;
}

export class TorchProcess {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(python: string, modelPath: string, jobPath: string) {
    // Memory that is given back to the system has to be asked for again at every step: PyTorch is faster without.
    const env = { ...process.env, MALLOC_TRIM_THRESHOLD_: '4294967296', MALLOC_MMAP_THRESHOLD_: '4294967296' };
    this.child = spawn(python, ['bench/peers/torch_train.py', modelPath, jobPath], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    });
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  async ask<T>(command: string): Promise<T> {
    this.child.stdin!.write(`${command}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error('PyTorch ended.');
    return JSON.parse(line.value) as T;
  }

  close(): void {
    this.child.stdin!.end();
  }
}
