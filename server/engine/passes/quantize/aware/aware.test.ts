import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import { attr } from '../../../model/attribute.ts';
import type { Model } from '../../../model/model.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { x64, x64Vnni } from '../../../targets/processors.ts';
import type { Target } from '../../../targets/target.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { quantizeOptions, type QuantizeOptions } from '../options.ts';
import type { StaticCandidates } from '../static/choose.ts';
import { prepareStatic } from '../static/static-pass.ts';
import { expandFakeQuantization } from './expand.ts';
import { fakeQuantized } from './fake-quantized.ts';
import { writeLearned } from './write-learned.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** Convolutions of every kind, a sum, a joining, a shared weight, a matrix without bias. */
function network(): Model {
  const net = new Network(3);
  net.input('x', [1, 3, 12, 12]);
  net.relu('r1', net.conv('c1', 'x', [3, 8]));
  net.clip6('d1c', net.conv('d1', 'r1', [8, 8], { group: 8 }));
  net.conv('p1', 'd1c', [8, 8], { kernel: [1, 1], pad: 0, bias: false });
  net.relu('mid', net.node('Add', 'sum', ['p1', 'r1']));
  net.maxPool('pool', 'mid');
  net.relu('left', net.conv('c2', 'pool', [8, 8]));
  net.relu('right', net.conv('c3', 'pool', [8, 8], { weight: 'c2.w' }));
  net.node('Concat', 'joined', ['left', 'right'], { axis: attr.int(1) });
  net.node('GlobalAveragePool', 'mean', ['joined']);
  net.node('Flatten', 'flat', ['mean']);
  net.constant('m.w', [16, 8], 0.4);
  net.relu('hidden', net.node('MatMul', 'm', ['flat', 'm.w']));
  net.gemm('y', 'hidden', [8, 5]);
  net.output('y', [1, 5]);
  net.output('mid', [1, 8, 12, 12]);
  return net.model();
}

function runsOf(model: Model, seed = 7): Feeds[] {
  const random = new Random(seed);
  return Array.from({ length: 6 }, () => randomFeeds(model, random));
}

/** Pairs as they are written: the integer kernels of a processor without VNNI may overflow. */
async function runPairs(model: Model, runs: readonly Feeds[]): ReturnType<typeof runModel> {
  const session = await runtime.load(model, { threads: 1, optimization: 'disabled' });
  const results = [];
  for (const feeds of runs) results.push(await session.run(feeds));
  await session.release();
  return results;
}

async function candidatesOf(
  model: Model,
  changes: Partial<QuantizeOptions>,
  target: Target,
): Promise<StaticCandidates> {
  const options = { ...quantizeOptions.parse({ calibration: 'min-max' }), ...changes };
  const context = passContext(runtime, { target, calibration: memoryData(runsOf(model)) });
  return (await prepareStatic(model, options, context, []))!;
}

describe('fake quantization', () => {
  const cases: [string, Partial<QuantizeOptions>, Target][] = [
    ['int8', {}, x64Vnni],
    ['int8 where sums have 16 bits', {}, x64],
    ['int8, one scale a weight', { perChannel: false, activations: 'int8' }, x64Vnni],
    ['int4 weights', { weights: 'int4' }, x64],
    ['uint8 weights, symmetric', { weights: 'uint8', symmetric: true, activations: 'uint8' }, x64Vnni],
  ];

  it.each(cases)('computes in training what the written model computes: %s', async (_, changes, target) => {
    const model = network();
    const candidates = await candidatesOf(model, changes, target);
    const inputs = candidates.inputs();
    const quantized = candidates.make();
    const student = fakeQuantized(inputs, quantized.model);
    const { model: written, layers } = writeLearned(student, student.model, inputs.prepared, inputs.settings);
    expect(validateModel(written).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(written.graph.outputs).toEqual(model.graph.outputs);
    expect(layers.map(({ name }) => name)).toEqual(['c1', 'd1', 'p1', 'c2', 'c3', 'm', 'y']);
    const wanted = changes.weights === 'int4' ? 'int4' : 'int8';
    expect(new Set(layers.map(({ action }) => action))).toEqual(new Set([wanted]));

    const runs = runsOf(model, 11);
    const float = await runModel(runtime, model, runs);
    const training = await runModel(runtime, expandFakeQuantization(student.model), runs);
    const integers = await runPairs(written, runs);
    // The two differ where a sum falls on the border between two codes: rarely in 1152 values, but y has 5.
    for (const [name, margin] of [['y', 0], ['mid', 12]] as const) {
      const loss = outputDb(float, training, name);
      expect(loss).toBeGreaterThan(changes.weights === 'int4' ? 8 : 20);
      expect(outputDb(training, integers, name), name).toBeGreaterThan(loss + margin);
    }
  });

  it('begins with the codes, scales and biases of static quantization', async () => {
    const candidates = await candidatesOf(network(), { weights: 'int4' }, x64Vnni);
    const quantized = candidates.make();
    const student = fakeQuantized(candidates.inputs(), quantized.model);
    const written = writeLearned(student, student.model, candidates.prepared, candidates.inputs().settings);
    const runs = runsOf(network(), 13);
    const [wanted, got] = [await runPairs(quantized.model, runs), await runPairs(written.model, runs)];
    expect(outputDb(wanted, got, 'mid')).toBeGreaterThan(60);
  });

  it('stores a weight that two layers share once, with one scale to learn', async () => {
    const candidates = await candidatesOf(network(), {}, x64Vnni);
    const { model, weights } = fakeQuantized(candidates.inputs(), candidates.make().model);
    const shared = weights.filter(({ weight }) => weight === 'c2.w');
    expect(shared.map(({ label }) => label)).toEqual(['c2', 'c3']);
    expect(new Set(shared.map(({ scale }) => scale)).size).toBe(1);
    expect(model.graph.nodes.filter(({ inputs: [first] }) => first === 'c2.w')).toHaveLength(1);
  });
});
