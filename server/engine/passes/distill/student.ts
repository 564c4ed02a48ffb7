/** The student of a distillation: given, or made from the model. */

import { resolve } from 'node:path';
import { LatheError } from '../../errors.ts';
import { readModel } from '../../formats/onnx/read.ts';
import type { Model } from '../../model/model.ts';
import type { PassContext } from '../pass.ts';
import { pruneChannels } from '../prune/channels/prune-channels.ts';
import { pruneOptions } from '../prune/options.ts';
import { withFreshWeights } from './fresh-weights.ts';
import type { DistillOptions } from './options.ts';
import { shallower } from './shallower.ts';

/** @throws LatheError `FILE`, `MODEL_FORMAT`, or `DATA` for a student with other inputs or outputs */
export async function makeStudent(
  model: Model,
  student: DistillOptions['student'],
  context: PassContext,
): Promise<Model> {
  if (student === undefined) return model;
  if (typeof student === 'string') return ownStudent(student, context);
  const { model: file, depth = 1, width = 1, weights } = student;
  const keeps = weights === 'kept';
  let made = file === undefined ? model : ownStudent(file, context);
  if (depth < 1) made = await shallower(made, depth, context);
  if (width < 1) made = await narrower(made, width, keeps, context);
  return keeps ? made : withFreshWeights(made, context.seed);
}

async function narrower(model: Model, width: number, keeps: boolean, context: PassContext): Promise<Model> {
  const options = pruneOptions.parse({
    ratio: 1 - width,
    ...(!keeps && { importance: 'random', reconstruct: false }),
  });
  return (await pruneChannels(model, options, context)).model;
}

function ownStudent(path: string, { original, baseDir = '.' }: PassContext): Model {
  const file = resolve(baseDir, path);
  const model = readModel(file);
  const names = ({ graph }: Model): string => {
    const list = (infos: readonly { readonly name: string }[]): string => infos.map(({ name }) => name).join(', ');
    return `inputs ${list(graph.feeds())} and outputs ${list(graph.outputs)}`;
  };
  if (names(model) === names(original)) return model;
  throw new LatheError('DATA', `The student has ${names(model)}, but the original has ${names(original)}.`, {
    fix: 'Export the student with the names of the original.',
    at: { file },
  });
}
