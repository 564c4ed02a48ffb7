import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('explains every code in docs/problems.md, and no code that does not exist', () => {
  const sources = readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(root, 'server', path), 'utf8'))
    .join('\n');
  const codes = (text: string): string[] => [...new Set(text.match(/LTH\d{4}/g) ?? [])].sort();
  const documented = codes(readFileSync(join(root, 'docs/problems.md'), 'utf8'));
  expect(documented).toEqual(codes(sources));
  expect(documented.length).toBeGreaterThan(15);
});
