import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import { attr } from '../../../model/attribute.ts';
import type { Model } from '../../../model/model.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { x64 } from '../../../targets/processors.ts';
import { tensorValue, type Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import type { Judge } from '../../pass.ts';
import { quantizeOptions, type QuantizeOptions } from '../options.ts';
import { quantizePass } from '../quantize-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const width = 32;
const vocabulary = 40;

/** A table, two blocks of normalization, two products and a shortcut, and a head. Some channels are much louder. */
function network(): Model {
  const net = new Network(6);
  net.input('ids', ['n', 6]);
  net.constant('table', [vocabulary, width]);
  net.node('Cast', 'indices', ['ids'], { to: attr.int(7) });
  let value = net.node('Gather', 'rows', ['table', 'indices']);
  for (const block of ['a', 'b']) {
    net.constant(`${block}.gain`, [width], 2, 1);
    net.constant(`${block}.bias`, [width], 0.1);
    const normal = net.node('LayerNormalization', `${block}.norm`, [value, `${block}.gain`, `${block}.bias`]);
    net.constant(`${block}.up.w`, [width, 48], 0.2);
    net.constant(`${block}.down.w`, [48, width], 0.2);
    const up = net.node('MatMul', `${block}.up`, [normal, `${block}.up.w`]);
    const down = net.node('MatMul', `${block}.down`, [net.relu(`${block}.relu`, up), `${block}.down.w`]);
    value = net.node('Add', `${block}.sum`, [value, down]);
  }
  net.constant('head.w', [width, vocabulary], 0.2);
  net.node('MatMul', 'y', [value, 'head.w']);
  net.output('y', ['n', 6, vocabulary]);
  return net.model();
}

function runs(seed: number, count = 24): Feeds[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    ({ ids: tensorValue('float32', [1, 6], Float32Array.from({ length: 6 }, () => random.below(vocabulary))) }));
}

const parse = (fields: Record<string, unknown>): QuantizeOptions =>
  quantizeOptions.parse({ scheme: 'int4', ...fields });

async function qualityDb(options: QuantizeOptions, data = true): Promise<number> {
  const model = network();
  const context = passContext(runtime, { target: x64, ...(data && { calibration: memoryData(runs(1)) }) });
  const { model: quantized } = await quantizePass.apply(model, options, context);
  const fresh = runs(2);
  return outputDb(await runModel(runtime, model, fresh), await runModel(runtime, quantized, fresh), 'y');
}

describe('weight-only schemes', () => {
  it('tell what becomes of each layer, and in how many bytes, as planned', async () => {
    const model = network();
    const options = parse({ layers: [{ match: 'b.up', keep: 'float' }, { match: 'b.down', bits: 2 }] });
    const { layers } = await quantizePass.apply(model, options, passContext(runtime, { target: x64 }));
    const wanted = [
      ['rows', 'int8 weights'], ['a.up', 'int4 weights'], ['a.down', 'int4 weights'], ['b.up', 'float'],
      ['b.down', 'int2 weights'], ['y', 'int8 weights'],
    ];
    expect(layers.map(({ name, action }) => [name, action])).toEqual(wanted);
    expect(layers.find(({ name }) => name === 'y')!.reason).toBe('the last matrix');
    const plan = quantizePass.plan(model, options, x64);
    expect(plan.layers.map(({ name, action }) => [name, action])).toEqual(wanted);
    const up = plan.layers.find(({ name }) => name === 'a.up')!;
    // 32 x 48 weights of 4 bits, a float16 scale and a zero point of 4 bits, in a whole byte, for each 32.
    expect(up).toMatchObject({ weightBytes: 6144, predictedBytes: 768 + 96 + 48 });
  });

  it('come nearer to the float network the more is known', async () => {
    const same = { embeddings: 'float', head: 'float' };
    const nearest = await qualityDb(parse({ method: 'nearest', ...same }), false);
    const gptq = await qualityDb(parse({ method: 'gptq', ...same }));
    const auto = await qualityDb(parse({ ...same }));
    expect(gptq).toBeGreaterThan(nearest + 1.5);
    expect(auto).toBeGreaterThan(nearest + 1.5);
    const awq = await qualityDb(parse({ method: 'awq', ...same }));
    expect(awq).toBeGreaterThan(nearest + 0.5);
    expect(await qualityDb(parse({ scheme: 'int8', activations: 'float' }), false)).toBeGreaterThan(nearest + 15);
  });

  it('say what is missing where a method goes by data', async () => {
    const context = passContext(runtime, { target: x64 });
    await expect(quantizePass.apply(network(), parse({ method: 'awq' }), context)).rejects.toMatchObject({
      code: 'DATA',
      message: 'Rounding by awq needs calibration data.',
    });
  });

  it('make layers wider until the goal holds', async () => {
    const model = network();
    const data = memoryData(runs(1));
    const wanted = await runModel(runtime, model, runs(2));
    const judge: Judge = {
      maxDrop: -30,
      prefer: 'size',
      // The metric is the quality in dB, so a drop of -30 asks for 30 dB.
      async evaluate(candidate) {
        const db = outputDb(wanted, await runModel(runtime, candidate, runs(2)), 'y');
        return { metric: 'db', value: db, samples: 24, drop: -db, dropCi95: [-db, -db] };
      },
      latencies: (models) => Promise.resolve(models.map(() => 1)),
      keep: () => Promise.resolve(),
    };
    const context = passContext(runtime, { target: x64, calibration: data, evaluation: data, judge });
    const { model: result, layers, notes } = await quantizePass.apply(model, parse({ scheme: 'int3' }), context);
    expect((await judge.evaluate(result)).value).toBeGreaterThanOrEqual(30);
    const wider = layers.filter(({ reason }) => reason === 'the accuracy goal needs it').map(({ name }) => name);
    expect(wider.length).toBeGreaterThan(0);
    expect(notes.map(({ message }) => message).join()).toContain(wider[0]);
  });
});
