import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { insertItem, removeAt, setValue } from './yaml-edit.ts';

const recipe = `# How the classifier was made small.
version: 1
model:   'net.onnx'   # the best one

goal: { maxDrop: 0.01 }   # one point
steps:
  # free
  - fold
  - quantize:
      scheme: int8      # as the target likes it
      layers:
        # the last one hurts
        - { match: /head/Gemm, keep: float }
`;

/** Lines of `after` that are not in `before`. */
function newLines(before: string, after: string): string[] {
  const old = before.split('\n');
  return after.split('\n').filter((line) => !old.includes(line));
}

describe('setValue', () => {
  it.each([
    [['steps', 1, 'quantize', 'scheme'], 'dynamic', ['      scheme: dynamic      # as the target likes it']],
    [['steps', 1, 'quantize', 'calibration'], 'mse', ['      calibration: mse']],
    [['goal', 'prefer'], 'size', ['goal: { maxDrop: 0.01, prefer: size }   # one point']],
    [['goal', 'maxDrop'], 0.5, ['goal: { maxDrop: 0.5 }   # one point']],
    [['steps', 0, 'fold', 'tieTransposed'], true, ['  - fold: { tieTransposed: true }']],
    [['model'], 'other net.onnx', ['model:   other net.onnx   # the best one']],
    [['data', 'calibration', 'images'], 'photos/', ['data:', '  calibration: { images: photos/ }']],
  ] as const)('changes one line for %j', (path, value, lines) => {
    const changed = setValue(recipe, path, value);
    expect(newLines(recipe, changed)).toEqual(lines);
    const document = parseDocument(changed);
    expect(document.getIn(path)).toEqual(value);
  });

  it('puts a new key where it belongs', () => {
    expect(setValue(recipe, ['target'], 'x64', ['version', 'model', 'output']).split('\n').slice(2, 5))
      .toEqual(["model:   'net.onnx'   # the best one", 'target: x64', '']);
  });

  it('fills in keys without a value', () => {
    expect(setValue('steps:\n  - quantize:\n  - fold:\n', ['steps', 0, 'quantize', 'scheme'], 'fp16'))
      .toBe('steps:\n  - quantize: { scheme: fp16 }\n  - fold:\n');
    expect(setValue('goal: {}\n', ['goal', 'maxDrop'], 0)).toBe('goal: { maxDrop: 0 }\n');
  });

  it('keeps Windows line ends, and ends a last line', () => {
    expect(setValue('a: 1\r\nb: 2', ['c'], 3)).toBe('a: 1\r\nb: 2\r\nc: 3\r\n');
  });

  it('refuses broken YAML', () => {
    expect(() => setValue('a: [', ['b'], 1)).toThrow(/YAML is broken/);
  });
});

describe('insertItem', () => {
  const rule = { match: '*/conv 1', keep: 'float' };

  it('adds a line to a list', () => {
    const changed = insertItem(recipe, ['steps', 1, 'quantize', 'layers'], rule);
    expect(changed).toBe(`${recipe}        - { match: "*/conv 1", keep: float }\n`);
  });

  it('adds to a list in brackets, and makes one that is missing', () => {
    expect(insertItem('a: [1, 2] # two\n', ['a'], 3)).toBe('a: [1, 2, 3] # two\n');
    expect(insertItem('a: [1, 2]\n', ['a'], 0, 0)).toBe('a: [0, 1, 2]\n');
    expect(insertItem('steps:\n  - quantize:\n      scheme: int8\n', ['steps', 0, 'quantize', 'layers'], rule))
      .toBe('steps:\n  - quantize:\n      scheme: int8\n      layers:\n        - { match: "*/conv 1", keep: float }\n');
    expect(insertItem('steps:\n  - quantize\n', ['steps', 0, 'quantize', 'layers'], rule))
      .toBe('steps:\n  - quantize: { layers: [ { match: "*/conv 1", keep: float } ] }\n');
  });

  it('puts an item above another one and its comments', () => {
    const changed = insertItem(recipe, ['steps'], { equalize: {} }, 0);
    expect(newLines(recipe, changed)).toEqual(['  - equalize: {}']);
    expect(changed.indexOf('equalize')).toBeLessThan(changed.indexOf('# free'));
  });
});

describe('removeAt', () => {
  it('takes away lines, and an emptied list with its key', () => {
    expect(removeAt(recipe, ['steps', 0])).toBe(recipe.replace('  - fold\n', ''));
    const changed = removeAt(recipe, ['steps', 1, 'quantize', 'layers', 0]);
    expect(parse(changed)).toMatchObject({ steps: ['fold', { quantize: { scheme: 'int8' } }] });
    expect(changed).not.toContain('layers');
  });

  it('takes a key or an item out of brackets', () => {
    expect(removeAt('a: { b: 1, c: 2 }\n', ['a', 'b'])).toBe('a: { c: 2 }\n');
    expect(removeAt('a: { b: 1, c: 2 }\n', ['a', 'c'])).toBe('a: { b: 1 }\n');
    expect(removeAt('a: [1, 2, 3]\n', ['a', 1])).toBe('a: [1, 3]\n');
  });
});

describe('any edit', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd', 'yes', '*x', '/p/q', 'two words', '1', '# no', "it's");
  const value = fc.oneof(word, fc.integer(), fc.boolean(), fc.array(word, { maxLength: 2 }), fc.dictionary(word, word,
    { maxKeys: 2 }));
  const tree = fc.dictionary(word, fc.oneof(value, fc.dictionary(word, value, { maxKeys: 3 }), fc.array(
    fc.dictionary(word, value, { minKeys: 1, maxKeys: 2 }), { maxLength: 3 })), { minKeys: 1, maxKeys: 4 });

  it('says afterwards what was meant, and nothing else', () => {
    fc.assert(fc.property(tree, word, word, value, fc.boolean(), (data, outer, inner, added, flat) => {
      const document = parseDocument('');
      document.contents = document.createNode(data) as never;
      const text = document.toString(flat ? { collectionStyle: 'flow' } : {});
      const old = data[outer];
      const isGroup = typeof old === 'object' && !Array.isArray(old);
      const expected = { ...data, [outer]: isGroup ? { ...old, [inner]: added } : added };
      expect(parse(setValue(text, isGroup ? [outer, inner] : [outer], added))).toEqual(expected);
    }), { numRuns: 100 });
  });
});
