/** Whether a model runs on given data at all: asked before random data are relied on. */

import { openDataset } from '../data/open-dataset.ts';
import type { DataSource } from '../data/source-schema.ts';
import { isCancelled, LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { modelInputs } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

export interface ProbeOptions {
  readonly threads: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * What goes wrong when `model` is run on the first sample of `source`; undefined when nothing does. Throws when the
 * model cannot be loaded: then it runs on no data.
 */
export async function probe(model: Model, source: DataSource, options: ProbeOptions): Promise<LatheError | undefined> {
  const { threads, seed, signal } = options;
  return withPool({ threads }, async (pool) => {
    const session = await (await pool.get()).load(model, { threads }, signal);
    try {
      const dataset = await openDataset(source, modelInputs(model), { baseDir: '.', seed, ...(signal && { signal }) });
      await session.run((await dataset.at(0)).feeds, undefined, signal);
      return undefined;
    } catch (error) {
      if (error instanceof LatheError && !isCancelled(error) && error.code !== 'INTERNAL') return error;
      throw error;
    }
  });
}
