/** What makes a training run what it is: a checkpoint belongs to a run with the same. */

import { createHash } from 'node:crypto';
import { modelTensors } from '../../formats/onnx/model-tensors.ts';
import type { Model } from '../../model/model.ts';
import type { StudentTraining } from './train-student.ts';

/** Changes when checkpoints of before can no longer be taken up. */
const version = 1;

/** A hash of student, teacher, data, settings and seed. */
export function fingerprintOf(run: StudentTraining, labelShare: number): string {
  const { student, teacher, data, settings, seed, temperature, smoothing, masks } = run;
  const hash = createHash('sha256');
  const add = (value: unknown): void => void hash.update(JSON.stringify(value)).update('\n');
  add([version, settings, seed, temperature, smoothing, labelShare, data.origin, data.size, data.augment ?? []]);
  for (let i = 0; i < data.size; i++) add([data.id(i), data.label(i) ?? null]);
  for (const [name, mask] of masks ?? []) hash.update(name).update(mask);
  for (const model of [student, teacher]) if (model) addModel(hash, model);
  return hash.digest('hex');
}

function addModel(hash: ReturnType<typeof createHash>, model: Model): void {
  for (const { opType, inputs, outputs } of model.graph.nodes) {
    hash.update([opType, ...inputs, '>', ...outputs].join('\0'));
  }
  for (const tensor of modelTensors(model)) hash.update(`${tensor.name} ${tensor.dims.join()}`).update(tensor.bytes());
}
