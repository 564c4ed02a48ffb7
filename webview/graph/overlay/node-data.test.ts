import { describe, expect, it } from 'vitest';
import type { NodeFigures } from './built-in.ts';
import { exportNodeData, importNodeData, NodeDataError } from './node-data.ts';

const names = ['a', 'b', 'c'];
const resolve = (key: string): string | undefined => ({ a: 'a', b: 'b', c: 'c', a_out: 'a' })[key];

describe('importNodeData', () => {
  it('reads what Model Explorer documents', () => {
    const text = JSON.stringify({
      main: {
        results: { a: { value: 1, bgColor: 'red' }, b: { value: 2.5 }, gone: { value: 3 } },
        thresholds: [
          { value: 10, bgColor: 'green' }, { value: 50, bgColor: 'blue' }, { value: 100, bgColor: 'yellow' },
        ],
      },
    });
    const { overlays, unknown } = importNodeData('x.json', text, resolve);
    expect(unknown).toBe(1);
    expect(overlays).toMatchObject([{ title: 'x.json: main', values: { a: 1, b: 2.5 }, thresholds: [10, 50] }]);
  });

  it('reads one graph alone, keys that are tensors, and bare numbers', () => {
    const text = JSON.stringify({ results: { a_out: 4, c: { value: 'fast' } } });
    const { overlays } = importNodeData('x.json', text, resolve);
    expect(overlays).toMatchObject([{ title: 'x.json', values: { a: 4 } }]);
  });

  it.each([
    ['not JSON', 'nope', /is not JSON/],
    ['no node data', '{"x": 1}', /holds no node data/],
    ['another model', '{"results": {"zzz": {"value": 1}}}', /no number for any node/],
  ])('says what is wrong with %s', (_, text, message) => {
    expect(() => importNodeData('x.json', text, resolve)).toThrow(NodeDataError);
    expect(() => importNodeData('x.json', text, resolve)).toThrow(message);
  });
});

it('writes what it reads', () => {
  const figures: NodeFigures = {
    id: 'drop', title: 'Drop', unit: 'points', bad: 'high', aggregate: 'max', source: 'a run',
    values: Float64Array.of(1, NaN, 7),
  };
  const text = exportNodeData('m.onnx', figures, names, [2, 5], ['#111111', '#222222', '#333333']);
  expect(JSON.parse(text)).toEqual({
    'm.onnx': {
      results: { a: { value: 1 }, c: { value: 7 } },
      thresholds: [
        { value: 2, bgColor: '#111111' }, { value: 5, bgColor: '#222222' }, { value: 7, bgColor: '#333333' },
      ],
    },
  });
  const { overlays, unknown } = importNodeData('y.json', text, resolve);
  expect(unknown).toBe(0);
  expect(overlays).toMatchObject([{ values: { a: 1, c: 7 }, thresholds: [2, 5] }]);
});
