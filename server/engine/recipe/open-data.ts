/** Opens the data of a recipe for a model. */

import type { ModelInput } from '../data/dataset.ts';
import { openDataSets, type DataSets } from '../data/open-data-sets.ts';
import type { DataSources } from '../data/source-schema.ts';
import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { tensorType } from '../model/types.ts';

export interface OpenDataOptions {
  /** Relative paths of the sources start here. */
  readonly baseDir: string;
  readonly seed: number;
  /** A step of the run trains. */
  readonly trains?: boolean;
  readonly signal?: AbortSignal;
}

/** The inputs that data must feed. Throws `UNSUPPORTED` for a model that takes something else than tensors. */
export function modelInputs(model: Model): ModelInput[] {
  return model.graph.feeds().map((info) => {
    const type = tensorType(info);
    if (!type) {
      throw new LatheError('UNSUPPORTED', `The input "${info.name}" is no tensor, so it cannot be fed with data.`, {
        at: { value: info.name },
      });
    }
    return { name: info.name, dtype: type.dtype, shape: type.shape };
  });
}

/** Without sources nothing is opened, so that a model that no data fit can still be worked on. */
export async function openRunData(sources: DataSources, model: Model, options: OpenDataOptions): Promise<DataSets> {
  if (Object.keys(sources).length === 0) return { notes: [] };
  return openDataSets(sources, modelInputs(model), options);
}
