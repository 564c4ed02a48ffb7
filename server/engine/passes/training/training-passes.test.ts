import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passContext } from '../../../../test/passes/pass-context.ts';
import { summarize } from '../../analysis/cost.ts';
import { loadDataFile } from '../../data/data-file.ts';
import type { Dataset } from '../../data/dataset.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { readModel } from '../../formats/onnx/read.ts';
import type { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { distillOptions } from '../distill/options.ts';
import { distillPass } from '../distill/distill-pass.ts';
import { withFreshWeights } from '../distill/fresh-weights.ts';
import { finetuneOptions } from '../finetune/options.ts';
import { finetunePass } from '../finetune/finetune-pass.ts';
import { foldPass } from '../fold/fold-pass.ts';
import { foldOptions } from '../fold/fold-options.ts';
import type { Judge, PassContext } from '../pass.ts';

const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
let runtime: Runtime;
let digits: Model;
let folded: Model;
let training: Dataset;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  digits = readModel(join(samples, 'digits.onnx'));
  const { evaluation, baseDir } = await loadDataFile(join(samples, 'digits.data.yaml'));
  const input = { name: digits.graph.inputs[0]!.name, dtype: 'float32', shape: [1, 1, 28, 28] } as const;
  training = await openDataset({ ...evaluation!, limit: 128 }, [input], { baseDir, seed: 0 });
  folded = (await foldPass.apply(digits, foldOptions.parse({}), passContext(runtime, { original: digits }))).model;
});
afterAll(() => runtime.close());

const context = (fields: Partial<PassContext> = {}): PassContext =>
  passContext(runtime, { original: digits, training, ...fields });

/** The smaller half of every weight set to zero. */
function sparse(model: Model): Model {
  const copy = model.clone();
  for (const [name, tensor] of copy.graph.initializers) {
    if (tensor.dtype !== 'float32' || tensor.dims.length < 2) continue;
    const values = tensor.toFloat32().slice();
    const limit = values.map(Math.abs).sort()[values.length >> 1]!;
    copy.graph.initializers.set(name, Tensor.fromBytes(name, 'float32', tensor.dims,
      values.map((value) => (Math.abs(value) < limit ? 0 : value))));
  }
  return copy;
}

const zeros = (model: Model): readonly (readonly [string, string])[] => [...model.graph.initializers]
  .filter(([, tensor]) => tensor.dtype === 'float32' && tensor.dims.length > 1)
  .map(([name, tensor]) => [name, tensor.toFloat32().map((value) => (value === 0 ? 0 : 1)).join('')]);

/** Says of each model what `dropOf` says. */
const judge = (dropOf: (model: Model) => number, kept: Model[] = []): Judge => ({
  maxDrop: 0.01,
  prefer: 'size',
  evaluate: async (model) => {
    const drop = dropOf(model);
    return { metric: 'top1', value: 1 - drop, samples: 100, drop, dropCi95: [drop, drop] };
  },
  latencies: async () => [],
  keep: async (model) => void kept.push(model),
});

describe('the step finetune', () => {
  it('leaves zeros of a pruned network zero, and changes the rest', async () => {
    const student = sparse(folded);
    const options = finetuneOptions.parse({ epochs: 1, batch: 12, learningRate: 1e-3 });
    const result = await finetunePass.apply(student, options, context());
    expect(result.model).not.toBe(student);
    expect(zeros(result.model)).toEqual(zeros(student));
    const messages = result.notes.map(({ message }) => message).join(' ');
    expect(messages).toMatch(/Learned from labels: 8 steps of 12 samples from 96 samples/);
    expect(messages).toMatch(/On 32 held-out samples top1 went from/);
    expect(messages).toMatch(/Zeros in \d+ weights stayed zeros/);
    expect(result.training!.scores.at(-1)!.loss).toBeLessThan(result.training!.scores[0]!.loss);
  });

  it('keeps good weights while it trains, and is undone where the evaluation data say that it got worse', async () => {
    const student = sparse(folded);
    const options = finetuneOptions.parse({ epochs: 1, batch: 12, learningRate: 1e-3 });
    const kept: Model[] = [];
    const strict = judge((model) => (model === student ? 0.1 : 0.2), kept);
    const result = await finetunePass.apply(student, options, context({ judge: strict }));
    expect(kept.length).toBeGreaterThan(0);
    expect(result.model).toBe(student);
    expect(result.notes.at(-1)).toMatchObject({
      severity: 'warning',
      message: 'Training was undone: on the evaluation data top1 got worse (-10.0 points, 100 samples).',
    });
  });

  it('says what it needs', async () => {
    const options = finetuneOptions.parse({ epochs: 1 });
    await expect(finetunePass.apply(digits, options, passContext(runtime, { original: digits })))
      .rejects.toMatchObject({ code: 'DATA', fix: expect.stringContaining('training:') as string });
  });
});

describe('the step distill', () => {
  it('makes a narrower student, which learns without labels and keeps the names and the shapes', async () => {
    const calibration = training.subset([0, 1, 2, 3]);
    const options = distillOptions.parse({
      student: { width: 0.5 }, labels: 0, epochs: 3, batch: 12, learningRate: 5e-3,
    });
    const { model, training: told, notes } = await distillPass.apply(digits, options, context({ calibration }));
    expect(summarize(model).parameters).toBeLessThan(0.4 * summarize(digits).parameters);
    expect(model.graph.inputs).toEqual(digits.graph.inputs);
    expect(model.graph.outputs).toEqual(digits.graph.outputs);
    expect(told).toMatchObject({ learnedFrom: 'the teacher\'s outputs', metric: 'agreement', heldOut: 32 });
    expect(told!.scores.at(-1)!.loss).toBeLessThan(told!.scores[0]!.loss / 2);
    expect(notes[0]!.message).toMatch(/The student has \d+ % of the model's parameters and \d+ % of its mult/);
  });

  it('refuses a student with other outputs', async () => {
    const file = fileURLToPath(new URL('../../../../samples/digits.onnx', import.meta.url));
    const renamed = digits.clone();
    renamed.graph.outputs = [{ ...renamed.graph.outputs[0]!, name: 'else' }];
    await expect(distillPass.apply(digits, distillOptions.parse({ student: file }), context({ original: renamed })))
      .rejects.toMatchObject({ code: 'DATA', message: expect.stringContaining('The student has inputs') as string });
  });

  it('begins with random weights of the right size where it is told to', () => {
    const fresh = withFreshWeights(digits, 1);
    const conv = fresh.graph.nodes.find((node) => node.is('Conv') && node.int('group', 1) === 1
      && digits.graph.initializers.get(node.inputs[1]!)!.size > 2000)!;
    const weight = fresh.graph.initializers.get(conv.inputs[1]!)!;
    const values = weight.toFloat32();
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    const fanIn = weight.dims.slice(1).reduce((a, b) => a * b, 1);
    expect(variance * fanIn).toBeGreaterThan(1.7);
    expect(variance * fanIn).toBeLessThan(2.3);
    expect(withFreshWeights(digits, 1).graph.initializers.get(weight.name)!.toFloat32()).toEqual(values);
    expect(withFreshWeights(digits, 2).graph.initializers.get(weight.name)!.toFloat32()).not.toEqual(values);
  });
});
