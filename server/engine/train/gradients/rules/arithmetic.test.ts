import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { node, scalar } from '../../../../../test/model/build.ts';
import { expectGradients, type GradientCase } from '../../../../../test/train/finite-differences.ts';
import { gradientTests, positive, unkinked } from '../../../../../test/train/gradient-table.ts';
import { Runtime } from '../../../runtime/runtime.ts';

const f64 = 'float64' as const;
const shapes = { a: [2, 3, 4], b: [3, 1] };

gradientTests({
  Add: { nodes: [node('Add', 'a, b', 'y')], inputs: shapes, dtype: f64 },
  Sub: { nodes: [node('Sub', 'a, b', 'y')], inputs: shapes, dtype: f64 },
  Mul: { nodes: [node('Mul', 'a, b', 'y')], inputs: shapes, dtype: f64 },
  'Mul of a value by itself': { nodes: [node('Mul', 'a, a', 'y')], inputs: { a: [3, 4] }, dtype: f64 },
  Div: { nodes: [node('Div', 'a, b', 'y')], inputs: { a: [3, 2, 5], b: positive }, dtype: f64 },
  'Pow by variables': { nodes: [node('Pow', 'a, b', 'y')], inputs: { a: positive, b: [3, 1, 5] }, dtype: f64 },
  ...Object.fromEntries(
    [2, 3, 0.5, -1].map((exponent) => [
      `Pow by ${exponent}`,
      {
        nodes: [node('Pow', 'x, p', 'y')],
        inputs: { x: positive },
        constants: [scalar('p', exponent, 'float64')],
        dtype: f64,
      },
    ]),
  ),
  Sum: { nodes: [node('Sum', 'a, b, c', 'y')], inputs: { ...shapes, c: [1] } },
  Mean: { nodes: [node('Mean', 'a, b, c', 'y')], inputs: { ...shapes, c: [4] } },
  Max: { nodes: [node('Max', 'a, b, c', 'y')], inputs: { a: unkinked, b: [3, 1, 5], c: [1] }, dtype: f64, step: 1e-5 },
  Min: { nodes: [node('Min', 'a, b', 'y')], inputs: { a: unkinked, b: [5] }, dtype: f64, step: 1e-5 },
  Where: {
    nodes: [node('Less', 'a, limit', 'c'), node('Where', 'c, a, b', 'y')],
    inputs: { a: unkinked, b: [3, 1, 1] },
    constants: [scalar('limit', 0, 'float64')],
    dtype: f64,
  },
});

/** Two shapes that broadcast, of ranks up to 4. */
const broadcast = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 3 }), left: fc.boolean(), right: fc.boolean() }), {
    maxLength: 4,
  })
  .chain((axes) =>
    fc.record({
      a: fc.constant(axes.map(({ length, left }) => (left ? length : 1))),
      b: fc.constant(axes.map(({ length, right }) => (right ? length : 1))),
      cut: fc.integer({ min: 0, max: axes.length }),
    }),
  )
  .map(({ a, b, cut }) => ({ a, b: b.slice(cut) }));

describe('broadcasting', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.start({ threads: 1 });
  });
  afterAll(() => runtime.close());

  it('sums each gradient down to its operand, whichever was stretched where', () =>
    fc.assert(
      fc.asyncProperty(broadcast, fc.boolean(), fc.constantFrom('Add', 'Sub', 'Mul'), async (shape, swap, opType) => {
        const test: GradientCase = {
          nodes: [node(opType, swap ? 'b, a' : 'a, b', 'y')],
          inputs: shape,
          dtype: f64,
          samples: 5,
        };
        await expectGradients(runtime, test);
      }),
      { numRuns: 40 },
    ));
});
