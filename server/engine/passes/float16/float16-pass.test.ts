import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passContext } from '../../../../test/passes/pass-context.ts';
import { noise, numbersOf } from '../../../../test/passes/same-results.ts';
import { smallModel } from '../../../../test/runtime/small-models.ts';
import { Tensor } from '../../model/tensor.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { tensorrt } from '../../targets/gpus.ts';
import { arm64, x64 } from '../../targets/processors.ts';
import { float16Options } from './float16-options.ts';
import { float16Pass } from './float16-pass.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const table = numbersOf(noise([16, 16]));
const model = smallModel({
  inputs: [['x', [2, 16]]],
  outputs: [['y', [2, 16]]],
  nodes: [
    { opType: 'MatMul', name: 'first', inputs: ['x', 'v'], outputs: ['h'] },
    { opType: 'Gemm', name: 'second', inputs: ['h', 'w'], outputs: ['y'] },
  ],
  constants: [Tensor.from('v', 'float32', [16, 16], table), Tensor.from('w', 'float32', [16, 16], table)],
});

type Input = Parameters<typeof float16Options.parse>[0];

async function actions(options: Input, target = x64): Promise<string[]> {
  const { layers } = await float16Pass.apply(model, float16Options.parse(options), passContext(runtime, { target }));
  return layers.map(({ name, action, reason }) => [name, action, reason].filter(Boolean).join(' '));
}

const both = (action: string): string[] => [`first ${action}`, `second ${action}`];

describe('by default', () => {
  it('computes in half precision where the target does, else stores weights so', async () => {
    expect(await actions({}, x64)).toEqual(both('fp16 weights only'));
    expect(await actions({}, arm64)).toEqual(both('fp16'));
    expect(await actions({ scheme: 'bf16' }, arm64)).toEqual(both('bf16 weights only'));
    expect(await actions({ scheme: 'bf16' }, tensorrt)).toEqual(both('bf16'));
  });

  it('computes in half precision where inputs and outputs are to be so', async () => {
    expect(await actions({ io: 'float16' }, x64)).toEqual(both('fp16'));
  });
});

it('leaves layers out by name and by operator', async () => {
  expect(await actions({ weightsOnly: false, layers: [{ match: 'fir*', keep: 'float' }] })).toEqual([
    'first float kept by the recipe', 'second fp16',
  ]);
  expect(await actions({ weightsOnly: true, opTypes: ['MatMul'] })).toEqual(['first fp16 weights only']);
});

it('plans what it does', () => {
  const { layers } = float16Pass.plan(model, float16Options.parse({ opTypes: ['MatMul'], weightsOnly: false }), x64);
  expect(layers).toEqual([
    { name: 'first', opType: 'MatMul', action: 'fp16', weightBytes: 1024, predictedBytes: 512 },
    { name: 'second', opType: 'Gemm', action: 'float', weightBytes: 1024, predictedBytes: 1024 },
  ]);
});

it.each<Input>([
  { scheme: 'bf16', io: 'float16' },
  { weightsOnly: true, io: 'float16' },
  { layers: [{ match: '*' }] },
  { half: true },
])('refuses %o', (options) => {
  expect(float16Options.safeParse(options).success).toBe(false);
});
