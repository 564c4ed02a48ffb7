import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network, randomFeeds } from '../../../../../test/passes/network.ts';
import { outputDb, runModel } from '../../../../../test/passes/pass-context.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import { Random } from '../../../util/random.ts';
import { convLayout, type StoredType } from '../weights.ts';
import { storeWeight } from './store-weight.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

function network(): Model {
  const net = new Network(7);
  net.input('x', [1, 8, 6, 6]);
  net.conv('y', 'x', [8, 16]);
  net.output('y', [1, 16, 6, 6]);
  return net.model(21);
}

/** dB that uniform rounding to so many levels of a normal weight leaves, give or take: 6 dB a bit. */
const expected: Readonly<Record<StoredType, readonly [least: number, bytesPerWeight: number]>> = {
  float16: [68, 2],
  int16: [82, 2],
  int8: [40, 1],
  int4: [15, 0.5],
};

describe('a stored weight', () => {
  it.each(Object.keys(expected) as StoredType[])('of type %s is as small and near as its bits allow', async (type) => {
    const model = network();
    const random = new Random(2);
    const runs = Array.from({ length: 3 }, () => randomFeeds(model, random));
    const stored = model.clone();
    const editor = new GraphEditor(stored);
    const weight = stored.graph.initializers.get('y.w')!;
    const where = { axis: 0, layout: convLayout(weight.dims) };
    const { value, sqnrDb } = storeWeight(editor, weight, where, type, undefined);
    stored.graph.nodes.find((node) => node.is('Conv'))!.inputs[1] = value;
    editor.touch();
    editor.finish();
    expect(stored.graph.initializers.has('y.w')).toBe(false);
    const [least, bytesPerWeight] = expected[type];
    const bytes = [...stored.graph.initializers.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0);
    const bias = 16 * 4;
    expect(bytes - bias).toBe(weight.size * bytesPerWeight + (type === 'float16' ? 0 : 16 * 4));
    expect(sqnrDb).toBeGreaterThan(least);
    // What onnxruntime makes of it is as far from the original as was said.
    const db = outputDb(await runModel(runtime, model, runs), await runModel(runtime, stored, runs), 'y');
    expect(Math.abs(db - sqnrDb)).toBeLessThan(2.5);
  });
});
