/** Fills in how pictures are preprocessed where nobody says it: the usual ways are tried on labelled pictures. */

import { choosePreprocess } from '../data/choose-preprocess.ts';
import type { DataSource, DataSources } from '../data/source-schema.ts';
import type { Model } from '../model/model.ts';
import { modelInputs } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

export interface ChoiceOptions {
  /** Paths of the sources start here. */
  readonly baseDir: string;
  readonly threads: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * The sources with the preprocessing that suits `model` written into those that say none, and how it was found.
 *
 * @throws LatheError what opening the data and running the model throw
 */
export async function withChosenPreprocess(
  sources: DataSources,
  model: Model,
  options: ChoiceOptions,
): Promise<{ readonly sources: DataSources; readonly note?: string }> {
  const { baseDir, seed, threads, signal } = options;
  const open = [sources.evaluation, sources.calibration].find(
    (source) => source?.images !== undefined && source.preprocess === undefined,
  );
  if (!open) return { sources };
  const chosen = await withPool(options, async (pool) => {
    const session = await (await pool.get()).load(model, { threads }, signal);
    const opening = { baseDir, seed, ...(signal && { signal }) };
    return choosePreprocess(open, modelInputs(model), opening, (feeds) => session.run(feeds, undefined, signal));
  });
  if (!chosen) return { sources };
  const filled = new Map<DataSource, DataSource>();
  const fill = (source: DataSource | undefined): DataSource | undefined => {
    if (source?.images === undefined || source.preprocess !== undefined) return source;
    // A source that serves twice stays one object: that is how it is known to be the same.
    const known = filled.get(source) ?? { ...source, preprocess: chosen.preset };
    filled.set(source, known);
    return known;
  };
  const calibration = fill(sources.calibration);
  const evaluation = fill(sources.evaluation);
  const training = fill(sources.training);
  return {
    sources: { ...(calibration && { calibration }), ...(evaluation && { evaluation }), ...(training && { training }) },
    note: chosen.note,
  };
}
