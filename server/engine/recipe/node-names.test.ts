import { expect, it } from 'vitest';
import { Model } from '../model/model.ts';
import { Node } from '../model/node.ts';
import { withNodeNames } from './node-names.ts';

function names(nodes: readonly { name?: string; outputs: string[] }[]): string[] {
  const model = new Model();
  model.graph.nodes.push(...nodes.map((fields) => new Node({ opType: 'Relu', inputs: ['x'], ...fields })));
  const named = withNodeNames(model);
  expect(model.graph.nodes.map(({ name }) => name)).toEqual(nodes.map(({ name = '' }) => name));
  return named.graph.nodes.map(({ name }) => name);
}

it('names what has no name, and nothing else', () => {
  expect(names([{ name: 'a', outputs: ['y'] }, { outputs: ['z'] }])).toEqual(['a', 'Relu(z)']);
});

it('makes names unique', () => {
  expect(names([{ name: 'Relu(z)', outputs: ['y'] }, { outputs: ['z'] }])).toEqual(['Relu(z)', 'Relu(z)_1']);
});

it('leaves a model as it is whose nodes all have names', () => {
  const model = new Model();
  model.graph.nodes.push(new Node({ opType: 'Relu', name: 'r', inputs: ['x'], outputs: ['y'] }));
  expect(withNodeNames(model)).toBe(model);
});
