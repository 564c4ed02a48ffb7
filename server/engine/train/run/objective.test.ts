import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../test/passes/network.ts';
import { noise } from '../../../../test/passes/same-results.ts';
import { attr } from '../../model/attribute.ts';
import { SampleList } from '../../data/sample-list.ts';
import { joinSamples, type Batch } from '../../data/training/batches.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { Model } from '../../model/model.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { tensorValueFloats } from '../../tensor/tensor-value.ts';
import { Trainer } from '../trainer.ts';
import { batched, type Batched } from './batched.ts';
import { HeldOut } from './held-out.ts';
import { objectiveOf } from './objective.ts';
import { runRows } from './rows.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});
afterAll(() => runtime.close());

const session = { threads: 1 } as const;

/** Five classes over a picture, as a softmax over the channels of [N, 5, 1, 1]; or two plain outputs. */
function network(seed: number, outputs: 'softmax' | 'two'): Model {
  const net = new Network(seed);
  const x = net.input('x', ['N', 3, 4, 4]);
  const features = net.relu('r', net.conv('a', x, [3, 8]));
  const y = net.conv('y', features, [8, 5], { kernel: [4, 4], pad: 0 });
  if (outputs === 'softmax') net.output(net.node('Softmax', 'p', [y], { axis: attr.int(1) }), ['N', 5, 1, 1]);
  else {
    net.output(net.node('Sigmoid', 's', [y]), ['N', 5, 1, 1]);
    net.output(net.conv('z', features, [8, 2]), ['N', 2, 4, 4]);
  }
  return net.model();
}

const data: Dataset = new SampleList({
  description: '', notes: [],
  entries: Array.from({ length: 7 }, (_, i) => ({ id: String(i), label: i % 5 })),
  read: ({ id }) => Promise.resolve({ feeds: { x: noise([1, 3, 4, 4], Number(id) + 1) } }),
});

const open = async (model: Model, name: string): Promise<Batched> => batched(model, {
  runtime,
  samples: (await Promise.all([0, 1].map((i) => data.at(i)))).map(({ feeds }) => feeds),
  carried: [],
  session,
  runnable: (one) => one,
  name,
});

/** All samples as one batch. */
async function whole(): Promise<Batch> {
  const samples = await Promise.all(Array.from({ length: data.size }, (_, i) => data.at(i)));
  return {
    index: 0,
    feeds: joinSamples(samples),
    samples: samples.map((_, i) => i),
    classes: Int32Array.from(samples, ({ label }) => label as number),
  };
}

describe('the answers of a network', () => {
  it('are the scores before its softmax, classes last, for any batch', async () => {
    const model = network(1, 'softmax');
    const { kind, values, dims, takesBatch, model: scored } = await open(model, 'n');
    expect([kind, dims, takesBatch]).toEqual(['scores', [[1, 5]], true]);
    const { feeds } = await whole();
    const answers = await runtime.load(scored, session);
    const [scores] = await runRows(answers, values, feeds, 7);
    const whole4 = await runtime.load(model, session);
    const expected = tensorValueFloats((await whole4.run(feeds))['p']!);
    for (let row = 0; row < 7; row++) {
      const own = scores!.data.subarray(row * 5, row * 5 + 5).map(Math.exp);
      const sum = own.reduce((a, b) => a + b, 0);
      for (let i = 0; i < 5; i++) expect(own[i]! / sum).toBeCloseTo(expected[row * 5 + i]!, 5);
    }
  });
});

describe('the loss of training', () => {
  it.each([
    ['the teacher alone', 'softmax', 0], ['labels and the teacher', 'softmax', 0.3], ['outputs', 'two', 0],
  ] as const)('from %s is what the held-out samples are measured by', async (_, outputs, labelShare) => {
    const student = await open(network(1, outputs), 's');
    const teacher = await open(network(2, outputs), 't');
    const teacherSession = await runtime.load(teacher.model, session);
    const common = { kind: student.kind, labelShare, temperature: 3, classes: 5, values: student.values };
    const objective = objectiveOf({ ...common, smoothing: 0, mixed: false, scales: [] });
    const batch = await whole();
    const answers = await runRows(teacherSession, teacher.values, batch.feeds, 7);
    const trainer = await Trainer.create(runtime, {
      model: student.model, batch: 7, losses: objective.losses, optimizer: { kind: 'sgd' }, threads: 1,
    });
    const { loss } = await trainer.train({ ...batch.feeds, ...objective.targets(batch, answers) }, 0);
    const heldOut = await HeldOut.open({
      ...common, data, batch: 3, teacher: { session: teacherSession, values: teacher.values },
    });
    const score = await heldOut.score(await runtime.load(student.model, session));
    if (outputs === 'two') {
      // Mean of the two mean squared errors; the score's loss is the whole error as a share of the signal.
      const own = await runRows(await runtime.load(student.model, session), student.values, batch.feeds, 7);
      const errors = own.map(({ data: values }, k) =>
        values.reduce((sum, value, i) => sum + (value - answers[k]!.data[i]!) ** 2, 0));
      expect(loss).toBeCloseTo((errors[0]! / own[0]!.data.length + errors[1]! / own[1]!.data.length) / 2, 4);
      const signal = answers.flatMap((rows) => [...rows.data]).reduce((sum, value) => sum + value * value, 0);
      expect(score.loss).toBeCloseTo((errors[0]! + errors[1]!) / signal, 4);
      expect(score.value).toBeCloseTo(-10 * Math.log10(score.loss), 4);
    } else {
      expect(score.loss).toBeCloseTo(loss, 4);
      expect(heldOut.metric).toBe(labelShare > 0 ? 'top1' : 'agreement');
    }
    await trainer.release();
  });

  it('refuses labels that the network has no score for', async () => {
    const objective = objectiveOf({
      kind: 'scores', values: ['y'], labelShare: 1, temperature: 1, smoothing: 0, classes: 3, mixed: false, scales: [],
    });
    const batch = await whole();
    expect(() => objective.targets(batch, undefined)).toThrow('A label says class 3, but the model has classes 0 to 2');
  });

  it('blends labels as their samples were', async () => {
    const objective = objectiveOf({
      kind: 'scores', values: ['y'], labelShare: 1, temperature: 1, smoothing: 0, classes: 5, mixed: true, scales: [],
    });
    const mix = { partner: [1, 2, 3, 4, 5, 6, 0], own: new Float32Array(7).fill(0.75) };
    const [labels] = Object.values(objective.targets({ ...await whole(), mix }, undefined));
    expect(labels!.dims).toEqual([7, 5]);
    expect(Array.from(labels!.data as Float32Array).slice(0, 5)).toEqual([0.75, 0.25, 0, 0, 0]);
    // Samples 5 and 6 are of the classes 0 and 1, and 6 is blended with 0.
    expect(Array.from(labels!.data as Float32Array).slice(30, 35)).toEqual([0.25, 0.75, 0, 0, 0]);
  });
});
