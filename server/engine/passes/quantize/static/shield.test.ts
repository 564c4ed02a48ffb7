import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { Random } from '../../../util/random.ts';
import { quantizeOptions } from '../options.ts';
import { applyStatic } from './static-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** Three convolutions; the channels of the second one differ a thousandfold: one scale for all of them is hopeless. */
function network(): Model {
  const net = new Network(7);
  net.input('x', [1, 3, 8, 8]);
  net.relu('r1', net.conv('a', 'x', [3, 8]));
  net.conv('b', 'r1', [8, 8]);
  net.relu('r2', 'b');
  net.conv('y', 'r2', [8, 4]);
  net.output('y', [1, 4, 8, 8]);
  const model = net.model();
  const weight = model.graph.initializers.get(model.graph.nodes.find(({ label }) => label === 'b')!.inputs[1]!)!;
  const values = weight.toFloat32().slice();
  const perChannel = values.length / 8;
  for (let i = 0; i < values.length; i++) values[i]! *= Math.floor(i / perChannel) === 0 ? 1000 : 1;
  model.graph.initializers.set(weight.name, Tensor.from(weight.name, 'float32', weight.dims, values));
  return model;
}

describe('layers that stay float between integer ones', () => {
  it('are not quantized by the runtime behind our back', async () => {
    const model = network();
    const random = new Random(3);
    const runs = Array.from({ length: 6 }, () => randomFeeds(model, random));
    const options = quantizeOptions.parse({ layers: [{ match: 'b', keep: 'float' }], equalize: false });
    const { model: quantized } = await applyStatic(model, options, passContext(runtime, {
      calibration: memoryData(runs),
    }));
    // The reference rewrites nothing, so it computes the layer as the file says.
    const session = await runtime.load(quantized, { threads: 1, optimization: 'disabled' });
    const plain = [];
    for (const feeds of runs) plain.push(await session.run(feeds));
    await session.release();
    const optimized = await runModel(runtime, quantized, runs);
    expect(outputDb(plain, optimized, 'y')).toBeGreaterThan(50);
    const index = new GraphIndex(quantized.graph);
    const kept = quantized.graph.nodes.find(({ label }) => label === 'b')!;
    expect(index.producer(kept.inputs[0]!)!.opType).toBe('LeakyRelu');
  });

  it('need no shield where nothing is dequantized before them', async () => {
    const model = network();
    const random = new Random(3);
    const runs = Array.from({ length: 6 }, () => randomFeeds(model, random));
    const options = quantizeOptions.parse({ layers: [{ match: 'a', keep: 'float' }], equalize: false });
    const { model: quantized } = await applyStatic(model, options, passContext(runtime, {
      calibration: memoryData(runs),
    }));
    expect(quantized.graph.nodes.map(({ opType }) => opType)).not.toContain('LeakyRelu');
  });
});
