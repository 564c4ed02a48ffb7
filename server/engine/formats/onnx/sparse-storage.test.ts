import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../test/passes/network.ts';
import { differences, run } from '../../../../test/passes/same-results.ts';
import { Constants } from '../../model/constants.ts';
import { GraphEditor } from '../../model/graph-editor.ts';
import type { Model } from '../../model/model.ts';
import { Tensor } from '../../model/tensor.ts';
import { validateModel } from '../../model/validate.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { Random } from '../../util/random.ts';
import { readModelBytes } from './read.ts';
import { sparseTensor, storedBytes, withSparseInitializers } from './sparse-storage.ts';
import { encodeModel } from './write.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** A matrix of which the share `zeros` is zero, beside a small and a full one. */
function network(zeros: number): Model {
  const net = new Network(7);
  const h = net.gemm('h', net.input('x', [1, 48]), [48, 400]);
  net.output(net.gemm('y', h, [400, 3]), [1, 3]);
  const model = net.model();
  const random = new Random(2);
  const weight = model.graph.initializers.get('h.w')!;
  const values = weight.toFloat32().map((value) => (random.next() < zeros ? 0 : value));
  model.graph.initializers.set('h.w', Tensor.fromBytes('h.w', 'float32', weight.dims, values));
  return model;
}

describe('withSparseInitializers', () => {
  it.each([0.45, 0.7, 0.95])('makes the file smaller by what it says, and nothing else changes: %f', async (zeros) => {
    const dense = network(zeros);
    const sparse = withSparseInitializers(dense);
    expect([...sparse.graph.sparseInitializers.keys()]).toEqual(['h.w']);
    expect(validateModel(sparse)).toEqual([]);
    const [before, after] = [encodeModel(dense), encodeModel(sparse)];
    const saved = 4 * 400 * 48 - storedBytes(sparse.graph.sparseInitializers.get('h.w')!);
    // Around the numbers: the tags of another tensor and its places.
    expect(Math.abs(before.byteLength - after.byteLength - saved)).toBeLessThan(64);
    expect(saved).toBeGreaterThan(0);
    const feeds = randomFeeds(dense, new Random(1));
    expect(differences(await run(runtime, dense, feeds), await run(runtime, sparse, feeds))).toBe(0);
  });

  it('leaves what would become larger', () => {
    const model = withSparseInitializers(network(0.2));
    expect(model.graph.sparseInitializers.size).toBe(0);
  });

  it('is read back with its zeros, written again as small as before, and may be replaced', () => {
    const dense = network(0.8);
    const sparse = withSparseInitializers(dense);
    const bytes = encodeModel(sparse);
    const read = readModelBytes(bytes);
    expect(encodeModel(read)).toEqual(bytes);
    const tensor = Constants.of(read).tensor('h.w')!;
    expect(tensor.dims).toEqual([400, 48]);
    expect(tensor.toFloat32()).toEqual(dense.graph.initializers.get('h.w')!.toFloat32());
    const editor = new GraphEditor(read);
    editor.replaceConstant('h.w', tensor);
    editor.finish();
    expect(read.graph.sparseInitializers.size).toBe(0);
    expect(validateModel(read)).toEqual([]);
  });

  it('counts a place of 300,000 as three bytes', () => {
    const values = new Float32Array(300_001);
    values[300_000] = 2;
    values[0] = 1;
    const sparse = sparseTensor(Tensor.fromBytes('w', 'float32', [300_001], values))!;
    expect(storedBytes(sparse)).toBe(2 * 4 + 1 + 3);
    expect(sparse.indices.toNumbers()).toEqual([0, 300_000]);
  });
});
