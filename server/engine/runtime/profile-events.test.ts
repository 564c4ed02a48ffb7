import { expect, it } from 'vitest';
import { parseProfile } from './profile-events.ts';

const run = (ts: number, dur: number): object => ({ cat: 'Session', name: 'model_run', ts, dur, args: {} });

function node(name: string, opType: string, index: number, ts: number, dur: number): object {
  const args = { op_name: opType, provider: 'CPUExecutionProvider', node_index: String(index) };
  return { cat: 'Node', name: `${name}_kernel_time`, ts, dur, args };
}

it('takes medians over runs, skips the first ones, and adds up calls within a run', () => {
  const events = [
    { cat: 'Session', name: 'session_initialization', ts: 0, dur: 50 },
    node('a', 'Conv', 0, 100, 90),
    run(100, 100),
    ...[10, 30, 20].flatMap((us, i) => {
      const start = 300 + i * 200;
      return [
        node('a', 'Conv', 0, start, us),
        node('', 'Add', 1, start + 40, 5),
        node('', 'Add', 1, start + 50, 7),
        node('', 'Add', 2, start + 60, i),
        run(start, 100),
      ];
    }),
  ];
  const provider = 'CPUExecutionProvider';
  expect(parseProfile(JSON.stringify(events), 1)).toEqual([
    { name: 'a', opType: 'Conv', provider, medianUs: 20 },
    { name: '', opType: 'Add', provider, medianUs: 12 },
    { name: '', opType: 'Add', provider, medianUs: 1 },
  ]);
});

it('counts the nodes of a subgraph for themselves, not for the node around them', () => {
  const events = [
    // A body is written before the node that runs it.
    node('inner', 'Mul', 0, 110, 20),
    node('deep', 'Add', 0, 135, 5),
    node('if', 'If', 1, 132, 10),
    node('loop', 'Loop', 2, 105, 60),
    node('after', 'Relu', 3, 165, 10),
    run(100, 80),
  ];
  const times = parseProfile(JSON.stringify(events), 0).map(({ name, medianUs }) => [name, medianUs]);
  expect(times).toEqual([['loop', 30], ['inner', 20], ['if', 5], ['deep', 5], ['after', 10]]);
});

it.each(['', '{}', 'not JSON', '[]'])('refuses %j', (text) => {
  expect(() => parseProfile(text, 0)).toThrow("onnxruntime's profile");
});
