import { expect, it } from 'vitest';
import { fragmentOfNode, nodeOfFragment } from './problem-link.ts';

it('finds the node again, whatever its name', () => {
  const nodes = ['/block1/conv', 'node=', 'a#b c%2F', 'ünï'];
  expect(nodes.map((node) => nodeOfFragment(fragmentOfNode(node)))).toEqual(nodes);
});

it('finds none in other fragments', () => {
  expect(['', 'model', 'L12', 'node='].map(nodeOfFragment)).toEqual([undefined, undefined, undefined, undefined]);
});
