import { afterAll, beforeAll, it } from 'vitest';
import { node, scalar } from '../../../../../test/model/build.ts';
import { expectGradients } from '../../../../../test/train/finite-differences.ts';
import { Runtime } from '../../../runtime/runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

// Away from the kinks, where differences are exact.
const x = { dims: [2, 5], values: [-3, -1, -0.5, 0.5, 1, 2, 3, 5, 6.5, 8] };

it('Relu', () => expectGradients(runtime, { nodes: [node('Relu', 'x', 'y')], inputs: { x }, dtype: 'float64' }));

it('Clip', () =>
  expectGradients(runtime, {
    nodes: [node('Clip', 'x, low, high', 'y')],
    inputs: { x },
    constants: [scalar('low', 0, 'float64'), scalar('high', 6, 'float64')],
    dtype: 'float64',
  }));
