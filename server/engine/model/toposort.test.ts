import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Node } from './node.ts';
import { topologicalOrder } from './toposort.ts';

/** Node i reads the outputs of nodes before it. */
const chainOf = (reads: readonly (readonly number[])[]): Node[] =>
  reads.map((from, i) => {
    const inputs = from.map((k) => `v${k % Math.max(i, 1)}`);
    return new Node({ name: `${i}`, opType: 'Op', inputs, outputs: [`v${i}`] });
  });

const namesOf = (nodes: readonly Node[]): string[] => nodes.map((node) => node.name);

describe('topologicalOrder', () => {
  it('leaves an ordered list as it is and orders any other', () => {
    const reads = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 30 });
    const shuffled = reads.chain((list) => {
      const nodes = chainOf(list.map((from, i) => (i === 0 ? [] : from)));
      return fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length }));
    });
    fc.assert(
      fc.property(shuffled, ([nodes, mixed]) => {
        expect(namesOf(topologicalOrder(nodes))).toEqual(namesOf(nodes));
        const made = new Set<string>();
        const sorted = topologicalOrder(mixed);
        expect([...sorted].sort((a, b) => +a.name - +b.name)).toEqual(nodes);
        for (const node of sorted) {
          for (const input of node.inputs) expect(made).toContain(input);
          made.add(node.outputs[0]!);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes the node that stood first among those that are ready', () => {
    const [a, b, c, d] = chainOf([[], [], [0], [1]]) as [Node, Node, Node, Node];
    expect(namesOf(topologicalOrder([c, b, d, a]))).toEqual(['1', '3', '0', '2']);
  });

  it('names a node on a cycle', () => {
    const first = new Node({ name: 'first', opType: 'A', inputs: ['b'], outputs: ['a'] });
    const second = new Node({ name: 'second', opType: 'B', inputs: ['a'], outputs: ['b'] });
    const before = new Node({ name: 'before', opType: 'C', inputs: [], outputs: ['c'] });
    const own = new Node({ name: 'own', opType: 'D', inputs: ['d'], outputs: ['d'] });
    expect(() => topologicalOrder([before, first, second])).toThrow('cycle through node "first"');
    expect(() => topologicalOrder([before, own])).toThrow('cycle through node "own"');
  });
});
