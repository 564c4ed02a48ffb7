/** A folder of conformance models, as the ONNX repository lays them out, with their recorded inputs. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { LatheError } from '../../server/engine/errors.ts';
import { readTensorFile } from '../../server/engine/formats/onnx/tensor-file.ts';
import type { Model } from '../../server/engine/model/model.ts';
import type { Tensor } from '../../server/engine/model/tensor.ts';
import type { Feeds } from '../../server/engine/tensor/tensor-value.ts';
import { valueOf } from '../passes/same-results.ts';

/** Paths of the models in `folder`, at any depth, relative to it. */
export function modelsIn(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.onnx')).sort();
}

/** The inputs of the first data set of the model at `file` that are tensors, by name, in their order. */
export function recordedTensors(file: string, model: Model): Map<string, Tensor> {
  // Whole-model tests keep their data beside the file, in a folder of its name.
  const own = path.basename(file) === 'model.onnx' ? path.dirname(file) : file.slice(0, -'.onnx'.length);
  const tensors = new Map<string, Tensor>();
  for (const [i, { name }] of model.graph.inputs.entries()) {
    const recorded = path.join(own, 'test_data_set_0', `input_${i}.pb`);
    if (!fs.existsSync(recorded)) continue;
    try {
      tensors.set(name, readTensorFile(recorded).withName(name));
    } catch (error) {
      // A sequence or an optional value.
      if (!(error instanceof LatheError)) throw error;
    }
  }
  return tensors;
}

/** The same as values to run with. */
export function recordedInputs(file: string, model: Model): Feeds {
  return Object.fromEntries([...recordedTensors(file, model)].map(([name, tensor]) => [name, valueOf(tensor)]));
}
