/** A table of one-node cases for `expectGradients`, one test each. */

import { afterAll, beforeAll, it } from 'vitest';
import { Runtime } from '../../server/engine/runtime/runtime.ts';
import { expectGradients, type GradientCase, type Numbers } from './finite-differences.ts';

/** Distinct numbers around zero, none of them where a kinked function bends. */
export const unkinked: Numbers = { dims: [2, 5], values: [-4.1, -2.3, -1.4, -0.6, -0.3, 0.2, 0.7, 1.3, 2.2, 4.3] };

/** Away from zero and positive. */
export const positive: Numbers = { dims: [2, 5], values: [0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 1.8, 2.5, 3.1, 4.2] };

/** Runs every case in one process of the runtime. */
export function gradientTests(cases: Readonly<Record<string, GradientCase>>): void {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await Runtime.start({ threads: 1 });
  });
  afterAll(() => runtime.close());
  it.each(Object.entries(cases))('%s', (_, gradientCase) => expectGradients(runtime, gradientCase));
}
