import { afterAll, beforeAll, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, passContext } from '../../../../../test/passes/pass-context.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { Random } from '../../../util/random.ts';
import type { Candidate } from '../candidates.ts';
import { measureBiasShifts, type BiasShifts } from './bias-shifts.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const channels = { a: 4, b: 5, y: 3 } as const;

function network(): Model {
  const net = new Network(2);
  net.input('x', [1, 3, 8, 8]);
  net.relu('r', net.conv('a', 'x', [3, 4]));
  net.conv('b', 'r', [4, 5]);
  net.node('Flatten', 'f', ['b']);
  net.gemm('y', 'f', [320, 3]);
  net.output('y', [1, 3]);
  return net.model();
}

/** `model` with `change` added to the biases of its layers. */
function shifted(model: Model, change: (layer: string, channel: number) => number): Model {
  const copy = model.clone();
  for (const layer of Object.keys(channels)) {
    const name = `${layer}.b`;
    const bias = copy.graph.initializers.get(name)!;
    const values = bias.toFloat32().map((value, c) => value + change(layer, c));
    copy.graph.initializers.set(name, Tensor.fromBytes(name, 'float32', bias.dims, values));
  }
  return copy;
}

it('finds what was added to biases, each layer with those before it corrected', async () => {
  const prepared = network();
  const harm = (layer: string, channel: number): number => Math.sin(layer.charCodeAt(0) + channel) / 2;
  const make = (shifts: BiasShifts): Candidate => ({
    model: shifted(prepared, (layer, c) => harm(layer, c) + (shifts.get(layer)?.[c] ?? 0)),
    layers: Object.keys(channels).map((name) => ({
      name, opType: '', mode: 'int8', action: 'int8', weightBytes: 0, sums: name,
    })),
  });
  const random = new Random(3);
  const data = memoryData(Array.from({ length: 5 }, () => randomFeeds(prepared, random)));
  const shifts = await measureBiasShifts(prepared, make, data, passContext(runtime));
  for (const [layer, count] of Object.entries(channels)) {
    const found = shifts.get(layer)!;
    expect(found).toHaveLength(count);
    for (const [c, shift] of found.entries()) expect(shift).toBeCloseTo(-harm(layer, c), 4);
  }
});
