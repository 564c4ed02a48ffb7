import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../data/dataset.ts';
import { loadDataFile } from '../../data/data-file.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { readModel } from '../../formats/onnx/read.ts';
import type { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { Random } from '../../util/random.ts';
import { trainingSchema } from './settings.ts';
import { trainStudent, type StudentTraining } from './train-student.ts';

const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
let runtime: Runtime;
let folder: string;
let digits: Model;
let data: Dataset;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-student-'));
  runtime = await Runtime.start({ threads: 1 });
  digits = readModel(join(samples, 'digits.onnx'));
  const { evaluation, baseDir } = await loadDataFile(join(samples, 'digits.data.yaml'));
  const input = { name: digits.graph.inputs[0]!.name, dtype: 'float32', shape: [1, 1, 28, 28] } as const;
  data = await openDataset({ ...evaluation!, limit: 160 }, [input], { baseDir, seed: 0 });
});

afterAll(async () => {
  await runtime.close();
  rmSync(folder, { recursive: true });
});

/** The digits network with noise on its weights. */
function damaged(): Model {
  const model = digits.clone();
  const random = new Random(5);
  for (const [name, tensor] of model.graph.initializers) {
    if (tensor.dtype !== 'float32' || tensor.dims.length < 2) continue;
    const values = tensor.toFloat32();
    const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    const noisy = Float32Array.from(values, (value) => value + 0.8 * size * random.normal());
    model.graph.initializers.set(name, Tensor.fromBytes(name, 'float32', tensor.dims, noisy));
  }
  return model;
}

const run = (fields: Partial<StudentTraining>): StudentTraining => ({
  student: damaged(),
  teacher: digits,
  labelShare: 0,
  temperature: 2,
  smoothing: 0,
  data,
  settings: trainingSchema.parse({ epochs: 5, batch: 16, learningRate: 0.002 }),
  runtime: () => Promise.resolve(runtime),
  threads: 1,
  seed: 3,
  progress: () => undefined,
  ...fields,
});

describe('trainStudent', () => {
  it('repairs a network from the outputs of the whole one, without labels', async () => {
    const student = damaged();
    const { model, training, blocked } = await trainStudent(run({ student }));
    expect(training).toMatchObject({
      learnedFrom: 'the teacher\'s outputs', samples: 128, heldOut: 32, metric: 'agreement', end: 'done',
    });
    expect(blocked).toEqual([]);
    const [first] = training.scores;
    const best = training.scores.find(({ step }) => step === training.bestStep)!;
    expect(first!.value).toBeLessThan(0.9);
    expect(best.value).toBeGreaterThan(first!.value);
    expect(best.loss).toBeLessThan(first!.loss / 2);
    expect(model.graph.inputs).toEqual(student.graph.inputs);
    expect(model.graph.outputs).toEqual(student.graph.outputs);
  });
});
