import { expect, it } from 'vitest';
import { Model } from '../model/model.ts';
import { Node } from '../model/node.ts';
import { unmatchedPatterns } from './unmatched.ts';

it('warns of patterns that name no layer', () => {
  const model = new Model();
  for (const name of ['/features/0/Conv', '/classifier/Gemm']) {
    model.graph.nodes.push(new Node({ opType: 'Conv', name, inputs: [], outputs: [] }));
  }
  const messages = (match: string): string[] =>
    unmatchedPatterns([{ name: 'quantize', options: { layers: [{ match, keep: 'float' }] } }], model)
      .map(({ message }) => message);
  expect(messages('/classifier/*')).toEqual([]);
  expect(messages('*')).toEqual([]);
  expect(messages('/features/*')).toEqual([
    '"/features/*" in "quantize" matches no layer of the model. Did you mean "/features/**"?',
  ]);
  expect(messages('/clasifier/Gemm')).toEqual([
    '"/clasifier/Gemm" in "quantize" matches no layer of the model. Did you mean "/classifier/Gemm"?',
  ]);
  expect(messages('x')).toEqual(['"x" in "quantize" matches no layer of the model.']);
});
