/** A run that is killed while it trains, taken up by running its recipe again. Runs the built program. */

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunResult } from '../../protocol/results/run.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { checkpointPath } from '../../server/engine/recipe/run-steps.ts';
import { root, startLathe, type Running } from '../cli/run-lathe.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-killed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const pictures = (limit: number, skip: number): string => JSON.stringify({
  images: join(root, 'samples/pictures/evaluation'),
  preprocess: { layout: 'NCHW', channels: 'GRAY', scale: 1 / 255, mean: [0.1307], std: [0.3081] },
  shuffle: true,
  skip,
  limit,
});

function start(output: string): Running {
  const recipe = join(folder, `${output}.lathe.yaml`);
  writeFileSync(recipe, `version: 1
model: ${join(root, 'samples/digits.onnx')}
output: ${output}.onnx
data: { training: ${pictures(160, 0)}, evaluation: ${pictures(20, 160)} }
steps:
  - prune: { method: channels, ratio: 0.5, reconstruct: false }
  - distill: { epochs: 7, batch: 16, learningRate: 0.003 }
`);
  return startLathe(['run', recipe, '--threads', '1', '--json']);
}

const weightsOf = (output: string): unknown => [...readModel(join(folder, `${output}.onnx`)).graph.initializers]
  .map(([name, tensor]) => [name, Buffer.from(tensor.bytes()).toString('base64')]);

it('ends with the same weights as without the kill, and the best so far is on disk', async () => {
  const whole = start('whole');
  const killed = start('killed');
  const checkpoint = checkpointPath(join(folder, 'killed.onnx'), 1);
  await killed.says(/Training \d+\/56/);
  const first = statSync(checkpoint).mtimeMs;
  await expect.poll(() => statSync(checkpoint).mtimeMs, { timeout: 20_000 }).toBeGreaterThan(first);
  killed.process.kill('SIGKILL');
  await killed.finished;
  expect(readModel(join(folder, 'killed.onnx')).graph.nodes.length).toBeGreaterThan(0);

  const again = await start('killed').finished;
  expect(again.code, again.stderr).toBeLessThan(2);
  const { steps } = JSON.parse(again.stdout) as RunResult;
  expect(steps[1]!.training!.resumedAt).toBeGreaterThan(0);
  const { stdout, stderr } = await whole.finished;
  const expected = JSON.parse(stdout) as RunResult;
  expect(stderr).not.toMatch(/taken up/);
  expect(expected.steps[1]!.training).not.toHaveProperty('resumedAt');
  expect(steps[1]!.training!.scores).toEqual(expected.steps[1]!.training!.scores);
  expect(weightsOf('killed')).toEqual(weightsOf('whole'));
  expect(readdirSync(folder).filter((name) => name.endsWith('.checkpoint'))).toEqual([]);
}, 60_000);
