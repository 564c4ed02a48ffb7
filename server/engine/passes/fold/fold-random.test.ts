/** Networks put together at random: folded, lifted and folded again they give the same results in onnxruntime. */

import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectSameResults, noise, numbersOf } from '../../../../test/passes/same-results.ts';
import { smallModel } from '../../../../test/runtime/small-models.ts';
import { attr, type Attribute } from '../../model/attribute.ts';
import type { Model } from '../../model/model.ts';
import type { NodeFields } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { liftOpset } from '../opset/lift-opset.ts';
import { foldModel } from './fold-model.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const shape = [2, 4, 5, 5];

/** What may follow a value of shape [2, 4, 5, 5], giving one of that shape again. */
const kinds = ['conv', 'depthwise', 'transposed', 'bn', 'scale', 'shift', 'minus', 'quotient', 'relu', 'identity',
  'flatten', 'turn', 'pad', 'gemm', 'product', 'zero', 'cast', 'constant', 'squash'] as const;
type Kind = (typeof kinds)[number];

interface Draw {
  readonly kind: Kind;
  /** Which value so far is read, counted from the last. */
  readonly from: number;
  readonly seed: number;
}

const draws = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    // Mostly the last one, so that chains arise.
    from: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(3)),
    seed: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 2, maxLength: 9 },
);

class Network {
  readonly nodes: NodeFields[] = [];
  readonly constants: Tensor[] = [];
  readonly values = ['x'];
  private count = 0;

  add(opType: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const output = `v${this.count++}`;
    this.nodes.push({ opType, name: `n${output}`, inputs, outputs: [output], attributes });
    return output;
  }

  floats(dims: readonly number[], seed: number, f = (value: number): number => value): string {
    const name = `c${this.count++}`;
    this.constants.push(Tensor.from(name, 'float32', dims, numbersOf(noise(dims, seed)).map(f)));
    return name;
  }

  ints(...values: readonly number[]): string {
    const name = `c${this.count++}`;
    this.constants.push(Tensor.from(name, 'int64', [values.length], values));
    return name;
  }

  step({ kind, from, seed }: Draw): void {
    const input = this.values.at(-1 - (from % this.values.length))!;
    this.values.push(this.after(kind, input, seed));
  }

  private after(kind: Kind, x: string, seed: number): string {
    const same = { pads: attr.ints([1, 1, 1, 1]) };
    switch (kind) {
      case 'conv':
        return this.add('Conv', [x, this.floats([4, 4, 3, 3], seed, (v) => v / 6), this.floats([4], seed)], same);
      case 'depthwise':
        return this.add('Conv', [x, this.floats([4, 1, 3, 3], seed, (v) => v / 3)], { ...same, group: attr.int(4) });
      case 'transposed':
        return this.add('ConvTranspose', [x, this.floats([4, 2, 3, 3], seed, (v) => v / 4)],
          { ...same, group: attr.int(2) });
      case 'bn': {
        const parameters = [1, 2, 3].map((i) => this.floats([4], seed + i));
        return this.add('BatchNormalization', [x, ...parameters, this.floats([4], seed, (v) => v * v + 0.3)]);
      }
      case 'scale':
        return this.add('Mul', [x, this.floats(seed % 2 ? [4, 1, 1] : [1, 4, 1, 5], seed)]);
      case 'shift':
        return this.add('Add', [this.floats(seed % 2 ? [1, 4, 1, 1] : [], seed), x]);
      case 'minus':
        return this.add('Sub', seed % 2 ? [x, this.floats([1], seed)] : [this.floats([4, 1, 1], seed), x]);
      case 'quotient':
        return this.add('Div', [x, this.floats([4, 1, 1], seed, (v) => v + Math.sign(v))]);
      case 'relu':
        return this.add('Relu', [x]);
      case 'identity':
        return this.add('Identity', [x]);
      case 'flatten':
        return this.add('Reshape', [this.add('Flatten', [x]), this.ints(0, 4, 5, -1)]);
      case 'turn': {
        const turned = this.add('Transpose', [x], { perm: attr.ints([0, 2, 3, 1]) });
        return this.add('Transpose', [turned], { perm: attr.ints([0, 3, 1, 2]) });
      }
      case 'pad': {
        const padded = this.add('Pad', [x, this.ints(0, 0, 1, 2, 0, 0, 1, 0)]);
        return this.add('Conv', [padded, this.floats([4, 4, 3, 3], seed, (v) => v / 6)]);
      }
      case 'gemm': {
        const rows = this.add('Reshape', [x, this.ints(-1, 5)]);
        const product = this.add('Gemm', [rows, this.floats([5, 5], seed), this.floats([5], seed)],
          { transB: attr.int(1) });
        return this.add('Reshape', [this.add('Mul', [product, this.floats([5], seed)]), this.ints(...shape)]);
      }
      case 'product': {
        const product = this.add('MatMul', [x, this.floats([5, 5], seed)]);
        return this.add('Mul', [this.add('Add', [product, this.floats([5], seed)]), this.floats([5], seed + 1)]);
      }
      case 'zero':
        return this.add('Add', [x, this.floats([1, 1, 1, 1], seed, () => 0)]);
      case 'cast':
        return this.add('Cast', [this.add('Cast', [x], { to: attr.int(11) })], { to: attr.int(1) });
      case 'constant': {
        const sum = this.add('Add', [this.floats([4, 1, 1], seed), this.floats([1, 5, 1], seed)]);
        return this.add('Add', [x, this.add('Slice', [sum, this.ints(0), this.ints(1), this.ints(1)])]);
      }
      case 'squash': {
        const size = this.add('Slice', [this.add('Shape', [x]), this.ints(0), this.ints(2)]);
        const target = this.add('Concat', [size, this.ints(-1)], { axis: attr.int(0) });
        return this.add('Reshape', [this.add('Reshape', [x, target]), this.ints(...shape)]);
      }
    }
  }
}

function build(recipe: readonly Draw[], dynamic: boolean): Model {
  const network = new Network();
  for (const draw of recipe) network.step(draw);
  const { nodes, constants, values } = network;
  // The last value, and one from the middle, which folding must leave whole.
  const middle = values[Math.ceil(values.length / 2)]!;
  const outputs = [...new Set([values.at(-1)!, middle])].map((name) => [name,
    dynamic ? ['n', 4, 5, 5] : shape] as const);
  const inputs = [['x', dynamic ? ['n', 4, 5, 5] : shape]] as const;
  return smallModel({ inputs, outputs, nodes, constants, opset: 13 });
}

it('gives the same results', async () => {
  await fc.assert(
    fc.asyncProperty(draws, fc.boolean(), async (recipe, dynamic) => {
      const model = build(recipe, dynamic);
      const folded = foldModel(model).model;
      expect(folded.graph.nodes.length).toBeLessThanOrEqual(model.graph.nodes.length);
      const feeds = { x: noise(shape, 99) };
      await expectSameResults(runtime, model, folded, feeds, 2e-5);
      await expectSameResults(runtime, model, foldModel(liftOpset(folded, 21)).model, feeds, 2e-5);
    }),
    { numRuns: 60 },
  );
});
