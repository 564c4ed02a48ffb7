import { expect, it } from 'vitest';
import { GroupTree } from '../model/group-tree.ts';
import { parentRow, rowOf, treeRows } from './tree-rows.ts';

/** Node 0, then group a with nodes 1, 3 and group b (node 2), then node 4. */
const group = Int32Array.of(-1, 0, 1, 0, -1);
const groups = new GroupTree({
  groupNames: ['a', 'b'], groupParent: Int32Array.of(-1, 0), groupShape: Int32Array.of(-1, -1), group,
});
const words = (expanded: Uint8Array): string[] => treeRows(groups, expanded).map(({ of, level, position, siblings }) =>
  `${level} ${of.kind === 'node' ? of.node : 'ab'[of.group]} ${position}/${siblings}`);

it('lists what is open, in the order in which the model runs', () => {
  expect(words(Uint8Array.of(0, 0))).toEqual(['1 0 1/3', '1 a 2/3', '1 4 3/3']);
  expect(words(Uint8Array.of(1, 0))).toEqual(['1 0 1/3', '1 a 2/3', '2 1 1/3', '2 b 2/3', '2 3 3/3', '1 4 3/3']);
  expect(words(Uint8Array.of(1, 1))).toContain('3 2 1/1');
});

it('finds the row that stands for something', () => {
  const closed = treeRows(groups, Uint8Array.of(0, 0));
  expect(rowOf(closed, { kind: 'node', node: 2 }, groups, group)).toBe(1);
  expect(rowOf(closed, { kind: 'group', group: 1 }, groups, group)).toBe(1);
  const open = treeRows(groups, Uint8Array.of(1, 1));
  const row = rowOf(open, { kind: 'node', node: 2 }, groups, group);
  expect(open[row]).toMatchObject({ of: { kind: 'node', node: 2 }, level: 3 });
  expect(open[parentRow(open, row)]).toMatchObject({ of: { kind: 'group', group: 1 } });
  expect(parentRow(open, 0)).toBe(-1);
});
