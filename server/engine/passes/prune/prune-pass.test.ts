import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../../../test/passes/network.ts';
import { memoryData, passContext } from '../../../../test/passes/pass-context.ts';
import { differences, noise, run } from '../../../../test/passes/same-results.ts';
import type { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { summarize } from '../../analysis/cost.ts';
import { x64 } from '../../targets/processors.ts';
import type { Feeds } from '../../tensor/tensor-value.ts';
import type { PassContext } from '../pass.ts';
import { pruneOptions } from './options.ts';
import { prunePass } from './prune-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** Two convolutions and a head; every channel of the first exists twice. */
function twins(): Model {
  const net = new Network(4);
  const a = net.conv('a', net.input('x', [1, 3, 8, 8]), [3, 8]);
  const b = net.conv('b', net.relu('ra', a), [8, 8]);
  net.output(net.conv('y', net.relu('rb', b), [8, 4]), [1, 4, 8, 8]);
  const model = net.model();
  for (const [name, width] of [['a.w', 27], ['a.b', 1]] as const) {
    const tensor = model.graph.initializers.get(name)!;
    const values = tensor.toFloat32().slice();
    values.copyWithin(4 * width, 0, 4 * width);
    model.graph.initializers.set(name, Tensor.fromBytes(name, 'float32', tensor.dims, values));
  }
  return model;
}

const feeds = (seed: number): Feeds => ({ x: noise([1, 3, 8, 8], seed) });

const contextOf = (original: Model, runs: readonly Feeds[]): PassContext =>
  passContext(runtime, { original, calibration: memoryData(runs) });

describe('the step prune', () => {
  it('loses nothing where half of the channels repeat the others', async () => {
    const model = twins();
    const context = contextOf(model, Array.from({ length: 24 }, (_, i) => feeds(i + 1)));
    const options = pruneOptions.parse({ ratio: 0.5, layers: [{ match: 'b', keep: 'all' }] });
    const { model: pruned, layers } = await prunePass.apply(model, options, context);
    expect(layers.map(({ name, reason }) => [name, reason])).toEqual([['a', '4 of 8 channels stay']]);
    expect(pruned.graph.initializers.get('b.w')!.dims).toEqual([8, 4, 3, 3]);
    const [expected, actual] = [await run(runtime, model, feeds(99)), await run(runtime, pruned, feeds(99))];
    expect(differences(expected, actual)).toBeLessThan(0.02);
  });

  it('reaches the share of multiply-accumulates that is asked for', async () => {
    const model = twins();
    const context = contextOf(model, [feeds(1), feeds(2)]);
    const { model: pruned } = await prunePass.apply(model, pruneOptions.parse({ target: { macs: 0.5 } }), context);
    const share = summarize(pruned).macs! / summarize(model).macs!;
    expect(share).toBeLessThanOrEqual(0.5);
    expect(share).toBeGreaterThan(0.35);
  });

  it('reaches a share of the bytes, and the plan says before what is left', async () => {
    const model = twins();
    const options = pruneOptions.parse({ target: { bytes: 0.4 }, importance: 'l2', reconstruct: false });
    const { notes } = prunePass.plan(model, options, x64);
    const { model: pruned } = await prunePass.apply(model, options, passContext(runtime, { original: model }));
    const bytes = (of: Model): number => [...of.graph.initializers.values()].reduce((sum, t) => sum + t.byteLength, 0);
    const left = bytes(pruned) / bytes(model);
    expect(left).toBeLessThan(0.45);
    expect(notes.some(({ message }) => message.includes(`${(left * 100).toFixed(0)} % of the bytes`))).toBe(true);
  });

  it('goes by what batch norms scale', async () => {
    const net = new Network(5);
    const a = net.conv('a', net.input('x', [1, 3, 6, 6]), [3, 8]);
    const [shift, mean, variance] = ['shift', 'mean', 'variance'].map((name) => net.constant(name, [8], 0, 1));
    net.constants.push(Tensor.from('scale', 'float32', [8], [1, 0.1, 1, 0.1, 1, 0.1, 1, 0.1]));
    const normal = net.node('BatchNormalization', 'n', [a, 'scale', shift!, mean!, variance!]);
    net.output(net.conv('y', net.relu('r', normal), [8, 4]), [1, 4, 6, 6]);
    const model = net.model();
    const options = pruneOptions.parse({ ratio: 0.5, importance: 'batch-norm' });
    const { model: pruned } = await prunePass.apply(model, options, passContext(runtime, { original: model }));
    expect(pruned.graph.initializers.get('scale')!.toNumbers()).toEqual([1, 1, 1, 1]);
  });

  it('leaves channels whole that go into an operator that it does not know, and names it', async () => {
    const net = new Network(5);
    const a = net.relu('ra', net.conv('a', net.input('x', [1, 3, 6, 6]), [3, 8]));
    const b = net.relu('rb', net.conv('b', a, [8, 8]));
    net.nodes.push({ name: 'odd', opType: 'Odd', domain: 'example', inputs: [b], outputs: ['o'], attributes: {} });
    net.output(net.conv('y', 'o', [8, 4]), [1, 4, 6, 6]);
    const model = net.model();
    const options = pruneOptions.parse({ ratio: 0.5 });
    const { model: pruned, notes } = await prunePass.apply(model, options, passContext(runtime, { original: model }));
    expect(notes[0]).toMatchObject({ node: 'odd' });
    expect(notes[0]?.message).toContain('what Odd does with them is not known');
    expect(pruned.graph.initializers.get('a.w')!.dims).toEqual([4, 3, 3, 3]);
    expect(pruned.graph.initializers.get('b.w')!.dims).toEqual([8, 4, 3, 3]);
  });

  it('says so when nothing can go', async () => {
    const net = new Network();
    net.output(net.gemm('y', net.input('x', [1, 4]), [4, 4]), [1, 4]);
    const model = net.model();
    const context = passContext(runtime, { original: model });
    const { model: same, notes } = await prunePass.apply(model, pruneOptions.parse({ ratio: 0.5 }), context);
    expect(notes[0]).toMatchObject({ severity: 'warning' });
    expect(same.graph.nodes).toHaveLength(1);
  });
});
