import { expect, it } from 'vitest';
import { LatheError } from '../errors.ts';
import { locateInRecipe } from './locate-error.ts';

const text = 'version: 1\nmodel: nets/a.onnx\ndata:\n  evaluation: { images: photos/ }\n';
const located = (error: unknown): unknown => locateInRecipe(error, text, 'r.lathe.yaml', '/base');

it.each([
  ['/base/nets/a.onnx', 2, 8],
  ['/base/photos', 4, 25],
])('finds the line that names %s', (file, line, column) => {
  expect(located(new LatheError('FILE', 'Not there.', { fix: 'Check.', at: { file } }))).toMatchObject({
    code: 'FILE',
    message: 'Not there.',
    fix: 'Check.',
    at: { file: 'r.lathe.yaml', line, column },
  });
});

it('leaves other errors as they are', () => {
  for (const error of [
    new Error('x'),
    new LatheError('FILE', 'x', { at: { file: '/elsewhere' } }),
    new LatheError('RECIPE', 'x', { at: { file: '/base/nets/a.onnx', line: 1, column: 1 } }),
    new LatheError('RUNTIME', 'x'),
  ]) expect(located(error)).toBe(error);
});
