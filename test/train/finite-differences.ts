/**
 * Checks gradient rules against central finite differences of what onnxruntime computes, so that a rule is held against
 * the operator itself and not against another formula of ours.
 */

import { expect } from 'vitest';
import { Model } from '../../server/engine/model/model.ts';
import type { Node } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo } from '../../server/engine/model/types.ts';
import { GraphBuilder } from '../../server/engine/train/gradients/graph-builder.ts';
import { Tape } from '../../server/engine/train/gradients/tape.ts';
import type { Runtime } from '../../server/engine/runtime/runtime.ts';
import { tensorValue, type Feeds, type TensorValue } from '../../server/engine/tensor/tensor-value.ts';
import { Random } from '../../server/engine/util/random.ts';

export interface Numbers {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface GradientCase {
  readonly nodes: readonly Node[];
  /** Shapes of the values by which is differentiated, filled with normal numbers; or their numbers. */
  readonly inputs: Readonly<Record<string, readonly number[] | Numbers>>;
  /** Nodes that compute the same outputs, where the rule runs the operator in another way than it does in use. */
  readonly reference?: readonly Node[];
  readonly batchNorm?: 'training' | 'frozen';
  /** Channels of a block (`blockedChannels`); 1 unless told. */
  readonly block?: number;
  readonly constants?: readonly Tensor[];
  /** Those whose gradient flows in; the first output of the last node unless told. */
  readonly outputs?: readonly string[];
  readonly opset?: number;
  /** float64 where onnxruntime has the operators (not Conv, not those of com.microsoft): far smaller tolerances. */
  readonly dtype?: 'float32' | 'float64';
  /** Half the distance of the two points. */
  readonly step?: number;
  /** Largest difference, as a part of the largest derivative of the input. */
  readonly tolerance?: number;
  /** Elements of each input that are checked, spread evenly: 40 unless told. */
  readonly samples?: number;
  readonly seed?: number;
}

/** The case as a model whose variables are inputs. */
function modelOf(test: GradientCase, feeds: Feeds): Model {
  const model = new Model();
  model.opsetImports.set('', test.opset ?? 21);
  model.opsetImports.set('com.microsoft', 1);
  model.irVersion = 10;
  model.graph.name = 'case';
  model.graph.nodes = test.nodes.map((node) => node.clone());
  model.graph.inputs = Object.entries(feeds).map(([name, { dtype, dims }]) => tensorInfo(name, dtype, dims));
  model.graph.initializers = new Map((test.constants ?? []).map((tensor) => [tensor.name, tensor]));
  return model;
}

function feedsOf(test: GradientCase, random: Random): Feeds {
  const dtype = test.dtype ?? 'float32';
  const make = dtype === 'float32' ? Float32Array : Float64Array;
  return Object.fromEntries(
    Object.entries(test.inputs).map(([name, given]) => {
      const dims = 'dims' in given ? given.dims : given;
      const size = dims.reduce((a, b) => a * b, 1);
      const values = 'dims' in given ? given.values : Float64Array.from({ length: size }, () => random.normal());
      return [name, tensorValue(dtype, dims, make.from(values))];
    }),
  );
}

function numbers(value: TensorValue): Float32Array | Float64Array {
  return value.data as Float32Array | Float64Array;
}

/** A copy of `feeds` with `by` added to one element. */
function moved(feeds: Feeds, name: string, at: number, by: number): Feeds {
  const data = numbers(feeds[name]!).slice();
  data[at]! += by;
  return { ...feeds, [name]: { ...feeds[name]!, data } };
}

/**
 * Expects the rules' gradient of Σ r·y, with random r, to be that of finite differences: two central differences of
 * steps h and 2h, extrapolated (Richardson 1911), in double precision over what onnxruntime gives.
 */
export async function expectGradients(runtime: Runtime, test: GradientCase): Promise<void> {
  const random = new Random(test.seed ?? 1);
  const feeds = feedsOf(test, random);
  const dtype = test.dtype ?? 'float32';
  const step = test.step ?? (dtype === 'float64' ? 1e-3 : 2e-2);
  const tolerance = test.tolerance ?? (dtype === 'float64' ? 1e-7 : 2e-3);
  const outputs = test.outputs ?? [test.nodes.at(-1)!.outputs[0]!];

  const { batchNorm = 'training', block = 1 } = test;
  const graph = new GraphBuilder(modelOf(test, feeds), { batchNorm, block });
  const forward = graph.model.clone();
  forward.graph.outputs = outputs.map((name) => tensorInfo(name, graph.dtype(name), graph.dims(name)));
  if (test.reference) forward.graph.nodes = test.reference.map((node) => node.clone());
  const variables = Object.keys(feeds);
  const tape = new Tape(graph, variables);
  tape.record(graph.model.graph.nodes.splice(0));
  const weights = outputs.map((name) => {
    const dims = graph.dims(name);
    const values = Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => Math.fround(random.normal()));
    return { values, seed: graph.tensor(Tensor.from(`${name}_seed`, dtype, dims, values)) };
  });
  const gradients = tape.backward(outputs.map((name, i) => [name, weights[i]!.seed] as const), variables);
  for (const gradient of gradients.values()) graph.output(gradient);

  const session = await runtime.load(graph.model, { threads: 1 });
  const reference = await runtime.load(forward, { threads: 1 });
  try {
    const emitted = await session.run(feeds);
    const objective = async (at: Feeds): Promise<number> => {
      const results = await reference.run(at);
      let sum = 0;
      outputs.forEach((name, i) => {
        const y = numbers(results[name]!);
        for (let k = 0; k < y.length; k++) sum += weights[i]!.values[k]! * y[k]!;
      });
      return sum;
    };
    for (const name of variables) {
      const gradient = gradients.get(name);
      expect(gradient, `a gradient of ${name}`).toBeDefined();
      const data = numbers(emitted[gradient!]!);
      const stride = Math.max(1, Math.ceil(data.length / (test.samples ?? 40)));
      const pairs: [at: number, expected: number][] = [];
      for (let at = 0; at < data.length; at += stride) {
        const difference = async (h: number): Promise<number> =>
          ((await objective(moved(feeds, name, at, h))) - (await objective(moved(feeds, name, at, -h)))) / (2 * h);
        pairs.push([at, (4 * (await difference(step)) - (await difference(2 * step))) / 3]);
      }
      const scale = Math.max(...pairs.map(([, expected]) => Math.abs(expected)), 1e-3);
      for (const [at, expected] of pairs) {
        const error = Math.abs(data[at]! - expected) / scale;
        expect(error, `d${name}[${at}] = ${data[at]}, by finite differences ${expected}`).toBeLessThan(tolerance);
      }
    }
  } finally {
    await session.release();
    await reference.release();
  }
}
