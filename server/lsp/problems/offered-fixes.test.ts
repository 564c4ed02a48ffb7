import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ModelProblem, RecipeEdit } from '../../../protocol/problems.ts';
import { applyEdit } from '../recipe/edit/apply-edit.ts';
import { withoutDone } from './offered-fixes.ts';

const folder = mkdtempSync(join(tmpdir(), 'lathe-fixes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const recipe = `version: 1
model: net.onnx
steps:
  - equalize
  - quantize: { layers: [{ match: /b, keep: float }] }
`;
const edits: readonly RecipeEdit[] = [
  { kind: 'step', step: 'fold', before: 'quantize' },
  { kind: 'option', step: 'quantize', option: 'calibration', value: 'mse' },
  { kind: 'target', target: 'x64' },
  { kind: 'layer-rule', match: '/a', rule: { keep: 'float' } },
  { kind: 'layer-rule', match: '/b', rule: { activations: 'int16' } },
];

function offered(text: string, edit: RecipeEdit): number {
  const path = join(folder, 'net.lathe.yaml');
  writeFileSync(path, text);
  const problem: ModelProblem = {
    code: 'LTH3011', severity: 'info', message: '', line: 0, source: '', fixes: [{ title: '', edit }],
  };
  return withoutDone([problem], path)[0]!.fixes.length;
}

it.each(edits)('offers $kind until the recipe has been edited so', (edit) => {
  expect(offered(recipe, edit)).toBe(1);
  expect(offered(applyEdit(recipe, edit).text, edit)).toBe(0);
  expect(offered('steps: [', edit)).toBe(1);
});
