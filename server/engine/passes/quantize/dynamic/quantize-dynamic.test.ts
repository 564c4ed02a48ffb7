import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { outputDb, runModel } from '../../../../../test/passes/pass-context.ts';
import { attr } from '../../../model/attribute.ts';
import { Graph } from '../../../model/graph.ts';
import type { Model } from '../../../model/model.ts';
import { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { tensorInfo } from '../../../model/types.ts';
import { validateModel } from '../../../model/validate.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { x64 } from '../../../targets/processors.ts';
import { tensorValue, type Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { quantizeOptions } from '../options.ts';
import { resolveSettings } from '../settings.ts';
import { quantizeDynamic, type Products } from './quantize-dynamic.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

interface CheckFields {
  readonly options?: object;
  readonly products?: Products;
  readonly feeds?: Feeds;
  /** Least SQNR of every output. */
  readonly db?: number;
}

interface Checked {
  readonly model: Model;
  readonly actions: Readonly<Record<string, string>>;
  /** Bytes of all float32 constants, subgraphs included. */
  readonly floatBytes: number;
}

/** Quantizes, and checks that the result is a valid model that computes about the same. */
async function check(model: Model, fields: CheckFields = {}): Promise<Checked> {
  const settings = resolveSettings(quantizeOptions.parse({ scheme: 'dynamic', ...fields.options }), x64);
  const { model: quantized, layers } = quantizeDynamic(model, settings, fields.products);
  expect(validateModel(quantized).filter(({ severity }) => severity === 'error')).toEqual([]);
  const runs = [{ ...randomFeeds(model, new Random(3)), ...fields.feeds }];
  const wanted = await runModel(runtime, model, runs);
  const got = await runModel(runtime, quantized, runs);
  for (const { name } of model.graph.outputs) {
    expect(got[0]![name]!.dims).toEqual(wanted[0]![name]!.dims);
    expect(outputDb(wanted, got, name), name).toBeGreaterThan(fields.db ?? 25);
  }
  const graphs = new Set([quantized.graph]);
  for (const { graph } of quantized.graph.walk()) graphs.add(graph);
  const constants = [...graphs].flatMap((graph) => [...graph.initializers.values()]);
  // A name in a subgraph must not hide one around it.
  expect(new Set(constants.map(({ name }) => name)).size).toBe(constants.length);
  const floats = constants.filter(({ dtype }) => dtype === 'float32');
  return {
    model: quantized,
    actions: Object.fromEntries(layers.map(({ name, action }) => [name, action])),
    floatBytes: floats.reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

function operators(model: Model): string[] {
  return [...model.graph.walk()].map(({ node }) => node.opType);
}

function products(): Model {
  const net = new Network(1);
  net.input('x', [2, 5, 32]);
  net.node('MatMul', 'a', ['x', net.constant('a.w', [32, 24], 0.2)]);
  net.node('Reshape', 'rows', ['a', 'rows.shape']);
  net.constants.push(Tensor.fromBytes('rows.shape', 'int64', [2], BigInt64Array.of(10n, 24n)));
  net.gemm('b', 'rows', [24, 40]);
  net.node('Gemm', 'c', ['b', net.constant('c.w', [40, 16], 0.2), net.constant('c.b', [10, 1])]);
  net.output('c', [10, 16]);
  return net.model();
}

describe('dynamic quantization', () => {
  it('computes matrix products in integers, with any bias', async () => {
    const { model, actions } = await check(products());
    expect(actions).toEqual({ a: 'int8 dynamic', b: 'int8 dynamic', c: 'int8 dynamic' });
    const ops = operators(model);
    expect(ops.filter((op) => op === 'MatMulInteger').length).toBe(3);
    expect(ops).not.toContain('Gemm');
  });

  it('or only stores their weights, where asked or where the recipe keeps activations float', async () => {
    for (const how of [{ products: 'stored' as const }, { options: { activations: 'float' } }]) {
      const { model, actions } = await check(products(), { ...how, db: 35 });
      expect(actions).toEqual({ a: 'int8 weights', b: 'int8 weights', c: 'int8 weights' });
      expect(operators(model)).not.toContain('MatMulInteger');
    }
  });

  it('leaves what the recipe keeps float, and says why', async () => {
    const { model, actions } = await check(products(), { options: { layers: [{ match: 'b', keep: 'float' }] } });
    expect(actions['b']).toBe('float');
    expect(model.graph.initializers.get('b.w')?.dtype).toBe('float32');
  });

  it('leaves a Gemm with factors of its own a Gemm', async () => {
    const net = new Network(2);
    net.input('x', [4, 32]);
    net.node('Gemm', 'y', ['x', net.constant('w', [32, 32])], { alpha: attr.float(0.5) });
    net.output('y', [4, 32]);
    await check(net.model());
  });

  it('stores tables, convolutions and recurrent layers as int8', async () => {
    const net = new Network(3);
    net.input('x', [1, 8, 12]);
    net.constants.push(Tensor.fromBytes('indices', 'int64', [2, 3], BigInt64Array.of(0n, 39n, 7n, -1n, 3n, 3n)));
    net.node('Gather', 'rows', [net.constant('table', [40, 16]), 'indices']);
    net.conv('wide', 'x', [8, 32], { kernel: [3] });
    net.node('ConvTranspose', 'up', ['wide', net.constant('up.w', [32, 8, 4], 0.1)], {
      strides: attr.ints([2]),
      group: attr.int(2),
    });
    net.node('Transpose', 'steps', ['up'], { perm: attr.ints([2, 0, 1]) });
    net.constant('lstm.w', [2, 64, 16], 0.2);
    net.constant('lstm.r', [2, 64, 16], 0.2);
    net.nodes.push({
      name: 'lstm',
      opType: 'LSTM',
      inputs: ['steps', 'lstm.w', 'lstm.r', net.constant('lstm.b', [2, 128], 0.1)],
      outputs: ['y'],
      attributes: { hidden_size: attr.int(16), direction: attr.string('bidirectional') },
    });
    net.output('y', [26, 2, 1, 16]);
    net.output('rows', [2, 3, 16]);
    const { actions, floatBytes } = await check(net.model(), { db: 35 });
    expect(actions).toEqual({
      rows: 'int8 table', wide: 'int8 weights', up: 'int8 weights', lstm: 'int8 weights',
    });
    // Scales (40 rows, 32 and 8 channels, twice 64 gates) and biases (32 channels, 256 gates).
    expect(floatBytes).toBe(4 * (40 + 32 + 8 + 2 * 64 + 32 + 256));
  });

  it('leaves weights of less than 512 elements alone', async () => {
    const net = new Network(4);
    net.input('x', [4, 16]);
    net.node('MatMul', 'a', ['x', net.constant('small', [16, 31])]);
    net.node('MatMul', 'b', ['x', net.constant('large', [16, 32])]);
    net.output('a', [4, 31]);
    net.output('b', [4, 32]);
    const { model, actions } = await check(net.model());
    expect(Object.keys(actions)).toEqual(['b']);
    expect(model.graph.initializers.has('small')).toBe(true);
  });

  it('works in branches, on their own weights and on those of the graph around them', async () => {
    const net = new Network(5);
    net.input('x', [4, 32]);
    net.constant('w', [32, 32], 0.2);
    const branch = (name: string, own: boolean): Graph => {
      const graph = new Graph();
      graph.name = name;
      const weight = own ? `${name}.w` : 'w';
      if (own) graph.initializers.set(weight, ownWeight(weight));
      graph.nodes = [new Node({ name: `${name}.m`, opType: 'MatMul', inputs: ['x', weight], outputs: [`${name}.y`] })];
      graph.outputs = [tensorInfo(`${name}.y`, 'float32', [4, 32])];
      return graph;
    };
    net.node('If', 'y', ['condition'], {
      then_branch: attr.graph(branch('then', false)),
      else_branch: attr.graph(branch('else', true)),
    });
    net.node('MatMul', 'z', ['x', 'w']);
    net.output('y', [4, 32]);
    net.output('z', [4, 32]);
    const model = net.model();
    model.graph.inputs.push(tensorInfo('condition', 'bool', []));
    for (const condition of [0, 1]) {
      const feeds = { condition: tensorValue('bool', [], Uint8Array.of(condition)) };
      const { actions, floatBytes } = await check(model, { feeds });
      expect(actions).toEqual({ 'then.m': 'int8 dynamic', 'else.m': 'int8 dynamic', z: 'int8 dynamic' });
      expect(floatBytes).toBe(3 * 32 * 4);
    }
  });
});

function ownWeight(name: string): Tensor {
  const net = new Network(6);
  net.constant(name, [32, 32], 0.2);
  return net.constants[0]!;
}
