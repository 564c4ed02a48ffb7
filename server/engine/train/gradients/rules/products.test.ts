import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { node } from '../../../../../test/model/build.ts';
import { expectGradients } from '../../../../../test/train/finite-differences.ts';
import { attr } from '../../../model/attribute.ts';
import { Runtime } from '../../../runtime/runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

describe('Gemm', () => {
  for (const [transA, transB] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
    for (const bias of [[4], [3, 1], [1, 4], []]) {
      it(`transA ${transA}, transB ${transB}, a bias of [${bias.join(', ')}]`, () =>
        expectGradients(runtime, {
          nodes: [
            node('Gemm', 'a, b, c', 'y', {
              transA: attr.int(transA),
              transB: attr.int(transB),
              alpha: attr.float(0.5),
              beta: attr.float(2),
            }),
          ],
          inputs: { a: transA ? [5, 3] : [3, 5], b: transB ? [4, 5] : [5, 4], c: bias },
          dtype: 'float64',
        }));
    }
  }
});

describe('MatMul', () => {
  const shapes: [a: number[], b: number[]][] = [
    [[3, 5], [5, 4]],
    [[2, 3, 5], [5, 4]],
    [[2, 2, 3, 5], [5, 4]],
    [[2, 3, 5], [2, 5, 4]],
    [[3, 5], [2, 5, 4]],
    [[2, 1, 3, 5], [3, 5, 4]],
    [[5], [5, 4]],
    [[3, 5], [5]],
    [[2, 3, 5], [5]],
    [[5], [2, 5, 4]],
    [[5], [5]],
  ];
  for (const [a, b] of shapes) {
    it(`[${a.join(', ')}] by [${b.join(', ')}]`, () =>
      expectGradients(runtime, { nodes: [node('MatMul', 'a, b', 'y')], inputs: { a, b }, dtype: 'float64' }));
  }

  it('broadcasts any batches', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('both', 'a', 'b'), { maxLength: 2 }),
        fc.nat({ max: 2 }),
        async (kinds, dropped) => {
          const a = [...kinds.map((kind) => (kind === 'b' ? 1 : 2)), 2, 3];
          const b = [...kinds.map((kind) => (kind === 'a' ? 1 : 2)), 3, 2].slice(Math.min(dropped, kinds.length));
          await expectGradients(runtime, { nodes: [node('MatMul', 'a, b', 'y')], inputs: { a, b }, dtype: 'float64' });
        },
      ),
      { numRuns: 10 },
    ));
});

describe('FusedMatMul', () => {
  for (const [transA, transB] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
    it(`transA ${transA}, transB ${transB}`, () =>
      expectGradients(runtime, {
        nodes: [
          node(
            'FusedMatMul',
            'a, b',
            'y',
            { transA: attr.int(transA), transB: attr.int(transB), alpha: attr.float(0.5) },
            { domain: 'com.microsoft' },
          ),
        ],
        inputs: { a: transA ? [2, 5, 3] : [2, 3, 5], b: transB ? [4, 5] : [5, 4] },
      }));
  }
});
