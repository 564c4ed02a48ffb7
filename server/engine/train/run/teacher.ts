/** The teacher's answers: found once where samples come unchanged, else batch by batch. */

import type { Dataset } from '../../data/dataset.ts';
import type { Batch } from '../../data/training/batches.ts';
import type { Session } from '../../runtime/runtime.ts';
import { inBatches, runRows, type Rows } from './rows.ts';

/** Answers are kept up to this size. */
const keptBytes = 512_000_000;

export class Teacher {
  private readonly session: Session;
  private readonly names: readonly string[];
  private readonly signal: AbortSignal | undefined;
  /** By value: the rows of all samples. */
  private kept: readonly Rows[] | undefined;

  constructor(session: Session, names: readonly string[], signal?: AbortSignal) {
    this.session = session;
    this.names = names;
    this.signal = signal;
  }

  /**
   * Answers for all samples now, where they come unchanged and the answers fit into memory. In the order of the data
   * and not when they are first needed, so that a run that is taken up sees the same numbers to the last bit.
   */
  async prepare(data: Dataset, batch: number, progress: (done: number, total: number) => void): Promise<void> {
    if (data.augment) return;
    const buffers: Float32Array[] = [];
    let shapes: readonly Rows[] = [];
    for await (const { first, rows, feeds } of inBatches(data, batch, this.signal)) {
      const answers = await runRows(this.session, this.names, feeds, rows, this.signal);
      if (first === 0) {
        const bytes = answers.reduce((sum, { rowLength }) => sum + 4 * rowLength * data.size, 0);
        if (bytes > keptBytes) return;
        shapes = answers;
        for (const { rowLength } of answers) buffers.push(new Float32Array(rowLength * data.size));
      }
      for (const [i, { data: values, rowLength }] of answers.entries()) buffers[i]!.set(values, first * rowLength);
      progress(first + rows, data.size);
    }
    this.kept = shapes.map(({ dims, rowLength }, i) => ({ dims, rowLength, data: buffers[i]! }));
  }

  /** Answers for a batch, by value. */
  async answers(batch: Batch): Promise<readonly Rows[]> {
    const { kept } = this;
    const count = batch.samples.length;
    if (!kept) return runRows(this.session, this.names, batch.feeds, count, this.signal);
    return kept.map(({ dims, rowLength, data }) => {
      const rows = new Float32Array(count * rowLength);
      for (const [row, sample] of batch.samples.entries()) {
        rows.set(data.subarray(sample * rowLength, (sample + 1) * rowLength), row * rowLength);
      }
      return { dims, rowLength, data: rows };
    });
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
