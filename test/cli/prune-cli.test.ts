import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { lathe, root } from './run-lathe.ts';

const sample = join(root, 'samples/digits.onnx');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-prune-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('lathe prune', () => {
  it('shows with --dry-run what would go, and writes nothing', async () => {
    const output = join(folder, 'dry.onnx');
    const { code, stdout } = await lathe('prune', sample, '--macs', '0.5', '--dry-run', '-o', output);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\/stem\/conv +Conv +\d+ of 16/);
    expect(stdout).toMatch(/lose \d+ of 16 channels together/);
    expect(stdout).toMatch(/[345]\d % of the multiply-accumulates/);
    expect(existsSync(output)).toBe(false);
  });

  it('writes zeros sparse: the file shrinks and a later step reads it', async () => {
    const output = join(folder, 'zeros.onnx');
    const pruned = await lathe('prune', sample, '--method', 'unstructured', '--ratio', '0.8', '-o', output);
    expect(pruned.code).toBe(0);
    expect(readFileSync(output).byteLength).toBeLessThan(0.55 * readFileSync(sample).byteLength);
    expect(readModel(output).graph.sparseInitializers.size).toBeGreaterThan(5);
    const int8 = await lathe('quantize', output, '--scheme', 'dynamic', '-o', join(folder, 'int8.onnx'));
    expect(int8.code).toBe(0);
  });
});
