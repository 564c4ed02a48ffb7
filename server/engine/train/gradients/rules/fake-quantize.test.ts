import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Model } from '../../../model/model.ts';
import { Node } from '../../../model/node.ts';
import { tensorInfo } from '../../../model/types.ts';
import { Tensor } from '../../../model/tensor.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { roundHalfEven } from '../../../tensor/codec.ts';
import { tensorValue } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { Tape } from '../tape.ts';
import { fakeQuantizeNode } from './fake-quantize.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

interface Case {
  readonly dims: readonly number[];
  readonly scales: readonly number[];
  readonly axis?: number;
  readonly lowest: number;
  readonly highest: number;
  readonly gradientScale: number;
}

interface Gradients {
  readonly y: number[];
  readonly dx: number[];
  readonly ds: number[];
}

/** The paper's equations 1 to 3, number by number. */
function byTheBook(x: Float32Array, dy: Float32Array, c: Case): Gradients {
  const inner = c.axis === undefined ? x.length : c.dims.slice(c.axis + 1).reduce((a, b) => a * b, 1);
  const ds = c.scales.map(() => 0);
  const y: number[] = [];
  const dx: number[] = [];
  x.forEach((value, i) => {
    const channel = c.axis === undefined ? 0 : Math.floor(i / inner) % c.scales.length;
    const s = Math.fround(c.scales[channel]!);
    const v = value / s;
    const code = roundHalfEven(v);
    const low = code < c.lowest;
    const high = code > c.highest;
    y.push((low ? c.lowest : high ? c.highest : code) * s);
    dx.push(low || high ? 0 : dy[i]!);
    const slope = low ? c.lowest : high ? c.highest : code - v;
    ds[channel]! += dy[i]! * slope * c.gradientScale;
  });
  return { y, dx, ds };
}

async function emitted(x: Float32Array, dy: Float32Array, c: Case): Promise<Gradients> {
  const model = new Model();
  model.opsetImports.set('', 21).set('lathe', 1);
  model.irVersion = 10;
  model.graph.name = 'case';
  const scaleDims = c.axis === undefined ? [] : [c.scales.length];
  model.graph.inputs = [tensorInfo('x', 'float32', c.dims), tensorInfo('s', 'float32', scaleDims)];
  model.graph.nodes = [new Node(fakeQuantizeNode({ ...c, input: 'x', scale: 's', output: 'y' }))];
  const graph = new GraphBuilder(model);
  const tape = new Tape(graph, ['x', 's']);
  tape.record(model.graph.nodes.splice(0));
  const seed = graph.tensor(Tensor.from('seed', 'float32', c.dims, dy));
  const gradients = tape.backward([['y', seed]], ['x', 's']);
  const [dx, ds] = [gradients.get('x')!, gradients.get('s')!];
  for (const name of ['y', dx, ds]) graph.output(name);
  const session = await runtime.load(model, { threads: 1 });
  const results = await session.run({
    x: tensorValue('float32', c.dims, x),
    s: tensorValue('float32', scaleDims, Float32Array.from(c.scales)),
  });
  await session.release();
  const read = (name: string): number[] => [...(results[name]!.data as Float32Array)];
  return { y: read('y'), dx: read(dx), ds: read(ds) };
}

describe('FakeQuantize', () => {
  const cases: Record<string, Case> = {
    'one scale, codes from zero': { dims: [4, 30], scales: [0.05], lowest: 0, highest: 255, gradientScale: 1 },
    'one scale, few codes': { dims: [3, 40], scales: [0.4], lowest: -7, highest: 7, gradientScale: 0.01 },
    'a scale for each filter': {
      dims: [3, 2, 3, 3],
      scales: [0.1, 0.3, 0.5],
      axis: 0,
      lowest: -4,
      highest: 4,
      gradientScale: 0.5,
    },
    'a scale for each column': {
      dims: [7, 4],
      scales: [0.1, 0.2, 0.3, 0.4],
      axis: 1,
      lowest: -7,
      highest: 7,
      gradientScale: 1,
    },
  };
  it.each(Object.entries(cases))('%s', async (_, c) => {
    const random = new Random(5);
    const size = c.dims.reduce((a, b) => a * b, 1);
    const x = Float32Array.from({ length: size }, () => 2 * random.normal());
    const dy = Float32Array.from({ length: size }, () => random.normal());
    const wanted = byTheBook(x, dy, c);
    const got = await emitted(x, dy, c);
    expect(wanted.dx).toContain(0);
    for (const name of ['y', 'dx', 'ds'] as const) {
      got[name].forEach((value, i) => expect(value, `${name}[${i}]`).toBeCloseTo(wanted[name][i]!, 4));
    }
  });
});
