import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { memoryData, passContext, runModel } from '../../../../../test/passes/pass-context.ts';
import type { Model } from '../../../model/model.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { x64, x64Vnni } from '../../../targets/processors.ts';
import type { Target } from '../../../targets/target.ts';
import { decibels } from '../../../tensor/affine.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { Random } from '../../../util/random.ts';
import { quantizeOptions } from '../options.ts';
import { applyStatic } from './static-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** A processor's way to add up products of uint8 and int8: `saturates` as `vpmaddubsw`, else exactly as `vpdpbusd`. */
type Sum = (activations: readonly number[], weights: readonly number[]) => number;

const exact: Sum = (a, w) => a.reduce((sum, code, k) => sum + code * w[k]!, 0);

const saturating: Sum = (a, w) => {
  let sum = 0;
  for (let k = 0; k < a.length; k += 2) {
    const pair = a[k]! * w[k]! + (k + 1 < a.length ? a[k + 1]! * w[k + 1]! : 0);
    sum += Math.min(32767, Math.max(-32768, pair));
  }
  return sum;
};

/** Reals, and what they are made of where they come out of a DequantizeLinear. */
interface Value {
  readonly reals: readonly number[];
  readonly codes?: readonly number[];
  readonly scales?: readonly number[];
  readonly zero?: number;
}

const [inputs, width, outputs] = [48, 40, 24];

/** Runs the quantized network as integer kernels would, with one way to add up. */
function emulate(model: Model, feeds: Feeds, sum: Sum): readonly number[] {
  const values = new Map<string, Value>();
  const constant = (name: string): number[] => model.graph.initializers.get(name)!.toNumbers();
  const known = (name: string): Value => values.get(name) ?? { reals: constant(name) };
  values.set('x', { reals: [...(feeds['x']!.data as Float32Array)] });
  for (const node of model.graph.nodes) {
    const [first = '', second = '', third = ''] = node.inputs;
    const out = node.outputs[0]!;
    if (node.is('QuantizeLinear')) {
      const [[scale = 0], [zero = 0]] = [constant(second), constant(third)];
      const codes = known(first).reals.map((x) => Math.min(255, Math.max(0, Math.round(x / scale) + zero)));
      values.set(out, { reals: codes });
    } else if (node.is('DequantizeLinear')) {
      const [scales, [zero = 0]] = [constant(second), constant(third)];
      const codes = known(first).reals;
      const perRow = codes.length / scales.length;
      const reals = codes.map((code, i) => (code - zero) * scales[Math.floor(i / perRow)]!);
      values.set(out, { codes, scales, zero, reals });
    } else if (node.is('Relu')) values.set(out, { reals: known(first).reals.map((x) => Math.max(0, x)) });
    else if (node.is('Gemm')) {
      const [x, w, b] = [known(first), known(second), known(third)];
      const rows = b.reals.length;
      const length = x.codes!.length;
      values.set(out, {
        reals: Array.from({ length: rows }, (_, row) => {
          const weights = w.codes!.slice(row * length, (row + 1) * length);
          // What the zero point adds is taken off exactly, outside of the sums of products.
          const shift = x.zero! * weights.reduce((a, c) => a + c, 0);
          return (sum(x.codes!, weights) - shift) * x.scales![0]! * w.scales![row]! + b.reals[row]!;
        }),
      });
    } else throw new Error(`No ${node.opType} in this test.`);
  }
  return values.get('y')!.reals;
}

/** Weights as they are after training: some channels with outliers, which are what saturates. */
function network(): Model {
  const net = new Network(11);
  net.input('x', [1, inputs]);
  net.relu('r1', net.gemm('a', 'x', [inputs, width]));
  net.relu('r2', net.gemm('b', 'r1', [width, width]));
  net.gemm('y', 'r2', [width, outputs]);
  net.output('y', [1, outputs]);
  return net.model();
}

describe('saturation', () => {
  it('costs a file made for processors without VNNI nothing, and one made for others much', async () => {
    const model = network();
    const random = new Random(5);
    const runs = Array.from({ length: 40 }, () => randomFeeds(model, random));
    const wanted = await runModel(runtime, model, runs);
    const made = async (target: Target): Promise<Model> => {
      const context = passContext(runtime, { target, calibration: memoryData(runs.slice(0, 20)) });
      return (await applyStatic(model, quantizeOptions.parse({ activations: 'uint8' }), context)).model;
    };
    const loss = (quantized: Model, sum: Sum): number => {
      let [signal, noise] = [0, 0];
      for (const [i, feeds] of runs.entries()) {
        const got = emulate(quantized, feeds, sum);
        const reals = wanted[i]!['y']!.data as Float32Array;
        for (let k = 0; k < outputs; k++) {
          signal += reals[k]! ** 2;
          noise += (reals[k]! - got[k]!) ** 2;
        }
      }
      return decibels(signal, noise);
    };
    const [limited, free] = [await made(x64), await made(x64Vnni)];
    // The emulation is right: onnxruntime comes to the same with the pairs as they stand, computed in float.
    const session = await runtime.load(free, { optimization: 'disabled' });
    const own = (await session.run(runs[0]!))['y']!.data as Float32Array;
    await session.release();
    for (const [k, real] of emulate(free, runs[0]!, exact).entries()) expect(own[k]).toBeCloseTo(real, 3);
    expect(loss(limited, saturating)).toBe(loss(limited, exact));
    expect(loss(limited, saturating)).toBeGreaterThan(loss(free, exact) - 0.5);
    expect(loss(free, saturating)).toBeLessThan(loss(limited, saturating) - 5);
  });
});
