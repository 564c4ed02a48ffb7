/** Files that are broken on purpose, through the built command line; skipped unless LATHE_KIT is the kit's folder. */

import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lathe } from './run-lathe.ts';

const kit = process.env['LATHE_KIT'];
const malformed = join(kit ?? '', 'odd', 'malformed');
const skipped = kit === undefined ? ' (skipped: LATHE_KIT is not set)' : '';

/** Well-formed files with a graph that breaks a rule: `inspect` shows them, with what is wrong. */
const inspectable = [
  'cycle.onnx', 'dangling_input.onnx', 'duplicate_output.onnx', 'external_missing.onnx',
  'external_path_traversal.onnx', 'unknown_op.onnx',
];

describe.skipIf(kit === undefined)(`malformed files${skipped}`, () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lathe-malformed-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const names = kit === undefined ? [] : readdirSync(malformed).filter((name) => name.endsWith('.onnx')).sort();

  it('are there', () => {
    expect(names).toEqual(expect.arrayContaining(inspectable));
  });

  /** One line that starts with the file, and after it what to do, indented; nothing that looks like a stack. */
  function expectRefusal(file: string, code: number | null, stderr: string): void {
    expect(code, stderr).toBe(2);
    const [sentence, ...rest] = stderr.trimEnd().split('\n');
    expect(sentence!.startsWith(`${file}: error: `), stderr).toBe(true);
    expect(sentence).toMatch(/\.$/);
    for (const line of rest) expect(line).toMatch(/^ {2}\S/);
    expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  }

  it.each(names)('%s', async (name) => {
    const own = mkdtempSync(join(folder, 'file-'));
    const file = join(own, name);
    copyFileSync(join(malformed, name), file);
    const inspect = await lathe('inspect', file, '--json');
    if (inspectable.includes(name)) {
      expect(inspect, inspect.stderr).toMatchObject({ code: 1, stderr: '' });
      const { problems } = JSON.parse(inspect.stdout) as { problems: { severity: string }[] };
      expect(problems).toMatchObject([{ severity: 'error' }]);
    } else {
      expectRefusal(file, inspect.code, inspect.stderr);
    }
    const compress = await lathe('compress', file);
    expectRefusal(file, compress.code, compress.stderr);
    expect(compress.stdout).toBe('');
    expect(readdirSync(own)).toEqual([name]);
  });
});
