import { describe, expect, it } from 'vitest';
import { cursorAt, type Cursor } from './cursor.ts';

/** The cursor is where the bar is. */
function at(text: string): Cursor | undefined {
  const offset = text.indexOf('|');
  return cursorAt(text.slice(0, offset) + text.slice(offset + 1), offset);
}

describe('cursorAt', () => {
  it.each([
    ['|', 'key', '', ''],
    ['version: 1\nmo|', 'key', '', 'mo'],
    ['version: 1\n\n|\n\nsteps:\n  - fold: {}', 'key', '', ''],
    ['version: 1\n|\nsteps: []', 'key', '', ''],
    ['model: |', 'value', 'model', ''],
    ['target: x64|\nsteps: []', 'value', 'target', 'x64'],
    ['goal:\n  |\nsteps:\n  - fold', 'key', 'goal', ''],
    ['goal: { |', 'key', 'goal', ''],
    ['goal: { maxDrop: 1, pre|}', 'key', 'goal', 'pre'],
    ['goal: { maxDrop: 1, prefer: |}', 'value', 'goal/prefer', ''],
    ['steps:\n  - |', 'item', 'steps', ''],
    ['steps:\n  - fo|', 'item', 'steps', 'fo'],
    ['steps:\n  - fold: {}\n  |', 'item', 'steps', ''],
    ['steps:\n  - fold: {}\n  - quan|tize:\n      scheme: int8\n', 'key', 'steps/1', 'quan'],
    ['steps:\n  - quantize:\n      |', 'key', 'steps/0/quantize', ''],
    ['steps:\n  - quantize:\n      scheme: int8\n      |', 'key', 'steps/0/quantize', ''],
    ['steps:\n  - quantize:\n      scheme: in|\n      symmetric: true', 'value', 'steps/0/quantize/scheme', 'in'],
    ['steps:\n  - quantize: { scheme: int8, |', 'key', 'steps/0/quantize', ''],
    ['steps:\n  - quantize:\n      opTypes: [Conv, |]', 'item', 'steps/0/quantize/opTypes', ''],
    ['steps:\n  - quantize:\n      layers:\n        - { match: "/lay|', 'value',
      'steps/0/quantize/layers/0/match', '/lay'],
    ['steps:\n  - quantize:\n      layers:\n        - { match: "/a b|", keep: float }', 'value',
      'steps/0/quantize/layers/0/match', '/a b'],
    ["steps:\n  - quantize:\n      layers:\n        - match: '/a|\n          keep: float", 'value',
      'steps/0/quantize/layers/0/match', '/a'],
    ['steps:\n  - quantize:\n      layers:\n        - match: /a/**\n          |', 'key',
      'steps/0/quantize/layers/0', ''],
    ['data:\n  calibration: { images: ph|, limit: 3 }', 'value', 'data/calibration/images', 'ph'],
    ['data: { calibration: { |', 'key', 'data/calibration', ''],
  ] as const)('of %j', (text, wanted, path, prefix) => {
    const cursor = at(text);
    expect([cursor?.wanted, cursor?.path.join('/'), cursor?.prefix]).toEqual([wanted, path, prefix]);
  });

  it('is nowhere in a comment, and after a finished value', () => {
    expect(at('model: a # wh|at')).toBeUndefined();
    expect(at('model: a.onnx\n  b|')).toBeUndefined();
  });

  it('says what a chosen word replaces', () => {
    expect(at('target: x6|4-vn # here')).toMatchObject({ start: 8, end: 14, quote: '' });
    expect(at('steps: [{ quantize: { layers: [{ match: "/a/|b", keep: float }] } }]')).toMatchObject({
      start: 41, end: 45, quote: '"', inline: true,
    });
    expect(at('goal: { max|Drop: 0.1 }')).toMatchObject({ start: 8, end: 15, colon: true, inline: true });
  });

  it('knows the keys that are there', () => {
    expect(at('version: 1\nmodel: x\n|\nsteps: []')).toMatchObject({ siblings: ['version', 'model', 'steps'] });
    expect(at('goal: { maxDrop: 1, | }')).toMatchObject({ siblings: ['maxDrop'] });
  });

  it('asks for the dash of an item on a blank line', () => {
    expect(at('steps:\n  - fold: {}\n  |')).toMatchObject({ lead: '- ' });
    expect(at('steps:\n  - |')).toMatchObject({ lead: '' });
  });
});
