import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRequest } from '../../protocol/runs.ts';
import { writeModel } from '../../server/engine/formats/onnx/write.ts';
import { lathe } from '../cli/run-lathe.ts';
import { Network } from '../passes/network.ts';
import { TestFolder, WatchedRuns } from './in-folder.ts';

let folder: TestFolder;
let runs: WatchedRuns;
let model: string;
beforeEach(() => {
  folder = new TestFolder();
  runs = new WatchedRuns(folder.storage);
  const net = new Network(4);
  net.input('x', [1, 3, 10, 10]);
  net.relu('r', net.conv('a', 'x', [3, 8]));
  net.conv('y', 'r', [8, 4]);
  net.output('y', [1, 4, 10, 10]);
  model = folder.join('net.onnx');
  writeModel(net.model(), model);
});
afterEach(() => {
  runs.manager.dispose();
  folder.remove();
});

/** What a document is made of: keys, and the kinds of its values; lists by their first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, of]) => [key, shapeOf(of)]));
}

describe('a run of the editor', () => {
  it.each<[string, () => RunRequest, () => readonly string[]]>([
    [
      'benchmark',
      () => ({ kind: 'benchmark', models: [model, folder.model], seconds: 0.3 }),
      () => ['benchmark', model, folder.model, '--nodes', '--seconds', '0.3'],
    ],
    [
      'analyze',
      () => ({ kind: 'analyze', model, data: { data: 'random', limit: 4 } }),
      () => ['analyze', model, '--data', 'random', '--limit', '4'],
    ],
  ])('gives the document of "lathe %s"', async (_, request, args) => {
    const { id } = runs.manager.start(request());
    const { state, failure } = await runs.over(id);
    expect([state, failure]).toEqual(['done', undefined]);
    const { stdout } = await lathe(...args(), '--json');
    expect(shapeOf(runs.manager.result(id))).toEqual(shapeOf(JSON.parse(stdout)));
  });
});
