import { expect, it } from 'vitest';
import { findTarget } from '../../../targets/registry.ts';
import { isInteger, precisions, precisionsFor } from './precisions.ts';

it('offers what the target runs, and 16-bit activations only on request', () => {
  expect(precisionsFor(findTarget('x64'))).not.toContain('int8-a16');
  expect(precisionsFor(findTarget('x64'), ['float', 'int8-a16'])).toEqual(['float']);
  expect(precisionsFor(findTarget('qnn-htp'))).not.toContain('int8-a16');
  expect(precisionsFor(findTarget('qnn-htp'), ['float', 'int8-a16'])).toEqual(['float', 'int8-a16']);
  expect(precisionsFor(findTarget('cuda'), precisions).filter(isInteger)).toEqual([]);
});
