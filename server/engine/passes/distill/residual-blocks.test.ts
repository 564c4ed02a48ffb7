import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../test/passes/network.ts';
import { memoryData, passContext } from '../../../../test/passes/pass-context.ts';
import { differences, noise, run } from '../../../../test/passes/same-results.ts';
import type { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { validateModel } from '../../model/validate.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { residualBlocks, withoutBlocks } from './residual-blocks.ts';
import { shallower } from './shallower.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});
afterAll(() => runtime.close());

/** A stem, blocks of one convolution each of which the sum is rectified, one that changes the shape, and a head. */
function network(blocks: readonly string[]): Network {
  const net = new Network(3);
  let x = net.relu('stem/r', net.conv('stem', net.input('x', ['N', 3, 8, 8]), [3, 8]));
  for (const name of blocks) {
    const y = net.conv(`${name}/b`, net.relu(`${name}/ra`, net.conv(`${name}/a`, x, [8, 8])), [8, 8]);
    x = net.relu(`${name}/r`, net.node('Add', `${name}/add`, [y, x]));
  }
  const wide = net.conv('wide/a', x, [8, 16]);
  x = net.node('Add', 'wide/add', [wide, net.conv('wide/s', x, [8, 16], { kernel: [1, 1], pad: 0 })]);
  net.output(net.conv('y', x, [16, 4]), ['N', 4, 8, 8]);
  return net;
}

const feeds = (seed: number) => ({ x: noise([1, 3, 8, 8], seed) });

/** The block's second convolution makes zeros: the network is the same without it. */
function silenced(model: Model, block: string): Model {
  const copy = model.clone();
  for (const name of [`${block}/b.w`, `${block}/b.b`]) {
    const tensor = copy.graph.initializers.get(name)!;
    copy.graph.initializers.set(name, Tensor.fromBytes(name, 'float32', tensor.dims, new Float32Array(tensor.size)));
  }
  return copy;
}

describe('residual blocks', () => {
  it('are sums with what they began with; others are none', () => {
    const found = residualBlocks(network(['p', 'q']).model());
    expect(found.map(({ name, input, output }) => [name, input, output])).toEqual([
      ['p/add', 'stem/r', 'p/add'], ['q/add', 'p/r', 'q/add'],
    ]);
  });

  it('can all be taken out', async () => {
    const model = network(['p', 'q']).model();
    const bare = withoutBlocks(model, residualBlocks(model));
    expect(validateModel(bare)).toEqual([]);
    const expected = await run(runtime, network([]).model(), feeds(1));
    const actual = await run(runtime, bare, feeds(1));
    expect(actual['y']!.dims).toEqual(expected['y']!.dims);
  });

  it('do nothing when they add nothing', async () => {
    const model = silenced(silenced(network(['p', 'q', 'r']).model(), 'p'), 'r');
    const blocks = residualBlocks(model).filter(({ name }) => !name.startsWith('q'));
    expect(blocks).toHaveLength(2);
    const [expected, actual] = [
      await run(runtime, model, feeds(2)), await run(runtime, withoutBlocks(model, blocks), feeds(2)),
    ];
    expect(differences(expected, actual)).toBeLessThan(1e-5);
  });

  it('go where the outputs change least', async () => {
    const model = silenced(network(['p', 'q', 'r', 's']).model(), 'q');
    const context = passContext(runtime, { calibration: memoryData([feeds(1), feeds(2), feeds(3)]) });
    const student = await shallower(model, 0.75, context);
    const layers = student.graph.nodes.map(({ name }) => name);
    expect(layers.filter((name) => name.startsWith('q/'))).toEqual(['q/r']);
    expect([...student.graph.initializers.keys()].some((name) => name.startsWith('q/'))).toBe(false);
    const [expected, actual] = [await run(runtime, model, feeds(9)), await run(runtime, student, feeds(9))];
    expect(differences(expected, actual)).toBeLessThan(1e-5);
    expect((await shallower(model, 0.5, context)).graph.nodes.filter((node) => node.is('Add'))).toHaveLength(3);
  });
});
