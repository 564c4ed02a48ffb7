import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endlessModel, floats, scaleModel, smallModel } from '../../../test/runtime/small-models.ts';
import { encodeModel } from '../formats/onnx/write.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorValue, type TensorValue } from '../tensor/tensor-value.ts';
import { Runtime, withRuntime } from './runtime.ts';

let runtime: Runtime;
const lines: string[] = [];

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1, log: (line) => lines.push(line) });
});

afterAll(() => runtime.close());

describe('a session', () => {
  it('runs an encoded model, one in memory and one in a file', async () => {
    const model = scaleModel(2, -1);
    const folder = await mkdtemp(join(tmpdir(), 'runtime-test-'));
    const path = join(folder, 'model.onnx');
    await writeFile(path, encodeModel(model));
    try {
      for (const source of [encodeModel(model), model, path]) {
        const session = await runtime.load(source);
        expect(session.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['n', 3] }]);
        expect(session.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['n', 3] }]);
        const { y } = await session.run({ x: floats([2, 3], [0, 1, 2, 3, -4, 5]) });
        expect(y).toEqual(floats([2, 3], [0, 1, 3, 5, 0, 9]));
        await session.release();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes and gives every type that onnxruntime takes from JavaScript', async () => {
    const values: Record<string, TensorValue> = {
      float64: tensorValue('float64', [2], Float64Array.of(1.5, -2)),
      // bit patterns of 1 and -2
      float16: tensorValue('float16', [2], Uint16Array.of(0x3c00, 0xc000)),
      int8: tensorValue('int8', [2], Int8Array.of(-128, 127)),
      uint8: tensorValue('uint8', [2], Uint8Array.of(0, 255)),
      int16: tensorValue('int16', [2], Int16Array.of(-5, 6)),
      uint16: tensorValue('uint16', [2], Uint16Array.of(1, 65535)),
      int32: tensorValue('int32', [2], Int32Array.of(-7, 8)),
      uint32: tensorValue('uint32', [2], Uint32Array.of(9, 2 ** 32 - 1)),
      int64: tensorValue('int64', [2], BigInt64Array.of(-(2n ** 63n), 10n)),
      uint64: tensorValue('uint64', [2], BigUint64Array.of(2n ** 64n - 1n, 11n)),
      bool: tensorValue('bool', [2], Uint8Array.of(1, 0)),
      string: tensorValue('string', [2], ['häßlich', '']),
    };
    const model = smallModel({
      inputs: Object.values(values).map(({ dtype }) => [dtype, [2], dtype]),
      outputs: Object.values(values).map(({ dtype }) => [`${dtype}_out`, [2], dtype]),
      nodes: Object.keys(values).map((name) => ({ opType: 'Identity', inputs: [name], outputs: [`${name}_out`] })),
    });
    const results = await (await runtime.load(model)).run(values);
    for (const [name, value] of Object.entries(values)) expect(results[`${name}_out`]).toEqual(value);
  });

  it('refuses outputs that would abort the process', async () => {
    const model = smallModel({
      inputs: [['x', [3]]],
      outputs: [['y', [3], 'int4'], ['z', [3]]],
      nodes: [
        { opType: 'QuantizeLinear', inputs: ['x', 'scale', 'zero'], outputs: ['y'] },
        { opType: 'DequantizeLinear', inputs: ['y', 'scale', 'zero'], outputs: ['z'] },
      ],
      constants: [Tensor.from('scale', 'float32', [], [0.5]), Tensor.from('zero', 'int4', [], [0])],
      opset: 21,
    });
    const session = await runtime.load(model);
    const feeds = { x: floats([3], [-9, 3.5, -0.6]) };
    await expect(session.run(feeds)).rejects.toMatchObject({ code: 'UNSUPPORTED', at: { value: 'y' } });
    expect(await session.run(feeds, ['z'])).toEqual({ z: floats([3], [-4, 3.5, -0.5]) });
  });

  it('gives only the outputs asked for', async () => {
    const model = smallModel({
      inputs: [['x', [1]]],
      outputs: [['a', [1]], ['b', [1]]],
      nodes: [
        { opType: 'Neg', inputs: ['x'], outputs: ['a'] },
        { opType: 'Abs', inputs: ['x'], outputs: ['b'] },
      ],
    });
    const results = await (await runtime.load(model)).run({ x: floats([1], [-3]) }, ['b']);
    expect(results).toEqual({ b: floats([1], [3]) });
  });

  it('sends views of large arrays as what they show', async () => {
    const session = await runtime.load(scaleModel(1, 0));
    const large = Float32Array.from({ length: 1000 }, (_, i) => i);
    const { y } = await session.run({ x: tensorValue('float32', [1, 3], large.subarray(500, 503)) });
    expect(y).toEqual(floats([1, 3], [500, 501, 502]));
  });

  it('passes a model of tens of megabytes by file, and leaves none behind', async () => {
    const tempDir = await mkdtemp(join(tmpdir(), 'runtime-test-'));
    await withRuntime({ tempDir }, async (own) => {
      const size = 3_000_000;
      const model = smallModel({
        inputs: [['x', [1]]],
        outputs: [['y', [1]]],
        nodes: [
          { opType: 'ReduceMax', inputs: ['w'], outputs: ['m'], attributes: {} },
          { opType: 'Add', inputs: ['x', 'm'], outputs: ['y'] },
        ],
        constants: [Tensor.fromBytes('w', 'float32', [size], new Float32Array(size).fill(7))],
        opset: 13,
      });
      const session = await own.load(model, { optimization: 'disabled' });
      expect((await session.run({ x: floats([1], [1]) }))['y']).toEqual(floats([1], [8]));
      await session.release();
      expect(await readdir(tempDir)).toEqual([]);
    });
    await rm(tempDir, { recursive: true });
  });

  it('cannot be used after its release, which is harmless to repeat', async () => {
    const session = await runtime.load(scaleModel(1, 0));
    await session.release();
    await session.release();
    await expect(session.run({ x: floats([1, 3], [1, 2, 3]) })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('bad input', () => {
  const x = floats([1, 3], [1, 2, 3]);

  it.each([
    { feeds: {}, message: 'The model\'s input "x" is missing.' },
    { feeds: { x, w: x }, message: 'The model has no input "w".' },
    {
      feeds: { x: floats([1, 4], [1, 2, 3, 4]) },
      message: 'The input "x" is float32 [n, 3], but the data are float32 [1, 4].',
    },
    { feeds: { x: floats([3], [1, 2, 3]) }, message: 'The input "x" is float32 [n, 3], but the data are float32 [3].' },
    {
      feeds: { x: tensorValue('float64', [1, 3], new Float64Array(3)) },
      message: 'The input "x" is float32 [n, 3], but the data are float64 [1, 3].',
    },
    {
      feeds: { x: { dtype: 'float32', dims: [1, 3], data: new Float32Array(2) } as const },
      message: 'The data for input "x" of shape [1, 3] needs 3 elements but has 2.',
    },
    {
      feeds: { x: { dtype: 'float32', dims: [1, 3], data: new Float64Array(3) } as const },
      message: 'The data for input "x" of type float32 does not come in the array for that type.',
    },
  ])('$message', async ({ feeds, message }) => {
    const session = await runtime.load(scaleModel(1, 0));
    await expect(session.run(feeds)).rejects.toMatchObject({ code: 'RUNTIME', message });
  });

  it('names the file of a model that onnxruntime does not accept', async () => {
    const broken = scaleModel(1, 0);
    broken.graph.nodes[1]!.opType = 'Nonsense';
    broken.path = 'nonsense.onnx';
    await expect(runtime.load(broken)).rejects.toMatchObject({
      code: 'RUNTIME',
      message: expect.stringContaining('Nonsense') as string,
      at: { file: 'nonsense.onnx' },
    });
    await expect(runtime.load(Buffer.from('not a model'))).rejects.toMatchObject({ code: 'RUNTIME' });
    await expect(runtime.load('/no/such/model.onnx')).rejects.toMatchObject({ code: 'FILE' });
    await expect(runtime.load(scaleModel(1, 0), { provider: 'abacus' })).rejects.toMatchObject({ code: 'USAGE' });
    expect(runtime.alive).toBe(true);
  });

  it('names the node that fails', async () => {
    const model = smallModel({
      inputs: [['x', ['n']], ['shape', [2], 'int64']],
      outputs: [['y', ['a', 'b']]],
      nodes: [{ name: 'fold', opType: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
    });
    const session = await runtime.load(model);
    const shape = tensorValue('int64', [2], BigInt64Array.of(2n, 2n));
    await expect(session.run({ x: floats([3], [1, 2, 3]), shape })).rejects.toMatchObject({
      code: 'RUNTIME',
      at: { node: 'fold' },
    });
  });
});

describe('when the process ends', () => {
  const x = floats([1], [0]);

  it('all that wait are told, sessions stay dead, and the next load starts anew', async () => {
    await withRuntime({ threads: 1 }, async (own) => {
      const endless = await own.load(endlessModel());
      const waiting = [endless.run({ x }), endless.run({ x })].map((run) => run.catch((error: unknown) => error));
      const pid = own.pid!;
      process.kill(pid, 'SIGKILL');
      for (const error of await Promise.all(waiting)) {
        expect(error).toMatchObject({ code: 'RUNTIME_CRASH', message: expect.stringContaining('SIGKILL') as string });
      }
      expect(own.alive).toBe(false);
      await expect(endless.run({ x })).rejects.toMatchObject({ code: 'RUNTIME_CRASH' });
      await endless.release();
      const session = await own.load(scaleModel(3, 0));
      expect(own.alive).toBe(true);
      expect(own.pid).not.toBe(pid);
      expect((await session.run({ x: floats([1, 3], [1, 2, 3]) }))['y']).toEqual(floats([1, 3], [3, 6, 9]));
    });
  });

  it('cancelling ends a run that would never end', async () => {
    await withRuntime({ threads: 1 }, async (own) => {
      const endless = await own.load(endlessModel());
      const controller = new AbortController();
      const run = endless.run({ x }, undefined, controller.signal);
      const other = endless.run({ x }).catch((error: unknown) => error);
      setTimeout(() => controller.abort(), 100);
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await other).toMatchObject({ code: 'RUNTIME_CRASH' });
      expect(own.alive).toBe(false);
      await own.load(scaleModel(1, 0));
      expect(own.alive).toBe(true);
    });
  });

  it('what is cancelled before it begins does no harm', async () => {
    const session = await runtime.load(scaleModel(1, 0));
    const pid = runtime.pid;
    const feeds = { x: floats([1, 3], [1, 2, 3]) };
    await expect(session.run(feeds, undefined, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(runtime.load(scaleModel(1, 0), {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    await session.run(feeds);
    expect(runtime.pid).toBe(pid);
  });

  it('a closed runtime loads nothing more', async () => {
    const own = await Runtime.start();
    await own.close();
    expect(own.alive).toBe(false);
    await expect(own.load(scaleModel(1, 0))).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

const conformance = process.env['LATHE_CONFORMANCE'];

it.skipIf(!conformance)('survives models that abort onnxruntime (set LATHE_CONFORMANCE to their folder)', async () => {
  const entries = await readdir(conformance!, { recursive: true });
  const models = entries.filter((entry) => /test_cast_FLOAT(16)?_to_U?INT4.model\.onnx$/.test(entry));
  expect(models.length).toBeGreaterThanOrEqual(4);
  const pid = runtime.pid;
  for (const entry of models) {
    const session = await runtime.load(join(conformance!, entry));
    const [{ name, dtype, shape }] = session.inputs as [(typeof session.inputs)[0]];
    const dims = shape!.map(Number);
    const size = dims.reduce((a, b) => a * b);
    const data = dtype === 'float16' ? new Uint16Array(size) : new Float32Array(size);
    const run = session.run({ [name]: tensorValue(dtype!, dims, data) });
    await expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  }
  expect(runtime.pid).toBe(pid);
});

it('knows the CPU provider', async () => {
  expect(await runtime.providers()).toContain('cpu');
});

it('keeps what onnxruntime prints for the log', async () => {
  const model = scaleModel(1, 0);
  // An initializer that nothing reads makes onnxruntime warn.
  model.graph.initializers.set('unused', Tensor.from('unused', 'float32', [1], [1]));
  lines.length = 0;
  await runtime.load(model);
  await expect.poll(() => lines.join('\n')).toContain('unused');
  // Without the colours of a terminal.
  expect(lines.join('')).not.toContain('\u001b');
});
