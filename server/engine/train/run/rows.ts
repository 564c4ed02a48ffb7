/** Running a model on batches, for its outputs. */

import type { Dataset } from '../../data/dataset.ts';
import { joinSamples } from '../../data/training/batches.ts';
import { throwIfCancelled } from '../../errors.ts';
import type { Session } from '../../runtime/runtime.ts';
import { tensorValueFloats, type Feeds, type TensorValue } from '../../tensor/tensor-value.ts';

/** Output i of every row, one after the other. */
export interface Rows {
  /** Shape of one row. */
  readonly dims: readonly number[];
  readonly rowLength: number;
  readonly data: Float32Array;
}

/** Values of a model for a batch, in the order of `names`. */
export async function runRows(
  session: Session,
  names: readonly string[],
  feeds: Feeds,
  rows: number,
  signal?: AbortSignal,
): Promise<Rows[]> {
  const outputs = await session.run(feeds, names, signal);
  return names.map((name) => asRows(outputs[name]!, rows));
}

function asRows(value: TensorValue, rows: number): Rows {
  const data = tensorValueFloats(value);
  const [first = 1, ...rest] = value.dims;
  return { dims: [first / rows, ...rest], rowLength: data.length / rows, data };
}

/** The samples of `data` in order, `batch` at a time. The last batch may be smaller. */
export async function* inBatches(
  data: Dataset,
  batch: number,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly first: number; readonly rows: number; readonly feeds: Feeds }> {
  for (let first = 0; first < data.size; first += batch) {
    throwIfCancelled(signal);
    const rows = Math.min(batch, data.size - first);
    const samples = await Promise.all(Array.from({ length: rows }, (_, i) => data.at(first + i)));
    yield { first, rows, feeds: joinSamples(samples) };
  }
}
