/** What became of each layer, for reports: with the error of its output in the whole quantized network. */

import type { Dataset } from '../../data/dataset.ts';
import type { Model } from '../../model/model.ts';
import type { LayerAction, PassContext } from '../pass.ts';
import type { Candidate } from './candidates.ts';
import { compareModels, withOutputs } from '../observe.ts';

/** Samples on which each layer's error is measured. */
const reportedSamples = 16;

/** @param data absent: the error of the weights stands for that of the layer */
export async function layerActions(
  prepared: Model,
  { model, layers }: Candidate,
  data: Dataset | undefined,
  context: PassContext,
): Promise<LayerAction[]> {
  const made = (where: Model): Set<string> =>
    new Set(withOutputs(where, layers.flatMap(({ output }) => output ?? [])).graph.outputs.map((o) => o.name));
  const here = made(prepared);
  const there = made(model);
  const outputs = [...new Set(layers.flatMap(({ output }) => output ?? []))].filter((o) => here.has(o) && there.has(o));
  const errors = data && (await compareModels(prepared, model, outputs, data, reportedSamples, context));
  return layers.map(({ name, opType, action, mode, output, reason, weightSqnrDb }) => {
    const sqnrDb = errors?.get(output ?? '')?.sqnrDb ?? weightSqnrDb;
    return {
      name,
      opType,
      action,
      ...(mode !== 'float' && sqnrDb !== undefined && Number.isFinite(sqnrDb) && { sqnrDb }),
      ...(reason !== undefined && { reason }),
    };
  });
}
