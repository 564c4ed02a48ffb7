import { linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultOutput, relativePath, runPaths } from './paths.ts';
import type { Recipe } from './recipe.ts';

const recipe = (fields: Partial<Recipe> = {}): Recipe => ({
  version: 1,
  model: 'm/net.onnx',
  steps: [{ name: 'quantize', options: {} }],
  ...fields,
});

describe('runPaths', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lathe-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('puts everything beside the result', () => {
    expect(runPaths(recipe({ output: 'out/net.small.onnx' }), '/base', undefined)).toEqual({
      model: '/base/m/net.onnx',
      output: '/base/out/net.small.onnx',
      recipe: '/base/out/net.small.lathe.yaml',
      reportHtml: '/base/out/net.small.report.html',
      reportMarkdown: '/base/out/net.small.report.md',
    });
  });

  it('names the result after the model and what is done to it', () => {
    const output = (options: Record<string, unknown>): string =>
      runPaths(recipe({ steps: [{ name: 'quantize', options }] }), '/base', '/base/r.lathe.yaml').output;
    expect(output({})).toBe('/base/m/net.int8.onnx');
    expect(output({ scheme: 'fp16' })).toBe('/base/m/net.fp16.onnx');
    expect(runPaths(recipe({ steps: [{ name: 'fold', options: {} }] }), '/base', undefined).output)
      .toBe('/base/m/net.compressed.onnx');
    expect(defaultOutput('net')).toBe('net.int8.onnx');
  });

  it('never lets a result replace its model, whatever the name', () => {
    const model = join(folder, 'a.onnx');
    writeFileSync(model, 'x');
    linkSync(model, join(folder, 'b.onnx'));
    for (const output of ['a.onnx', './a.onnx', 'b.onnx']) {
      expect(() => runPaths(recipe({ model: 'a.onnx', output }), folder, undefined)).toThrow('is the model itself');
    }
    expect(() => runPaths(recipe({ model: 'a.onnx', output: 'c.onnx' }), folder, undefined)).not.toThrow();
  });

  it('writes paths as recipes have them', () => {
    expect(relativePath('/a/b', '/a/c/d.onnx')).toBe('../c/d.onnx');
    expect(relativePath('/a/b', '/a/b/d.onnx')).toBe('d.onnx');
  });
});
