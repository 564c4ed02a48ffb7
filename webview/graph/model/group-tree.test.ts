import { describe, expect, it } from 'vitest';
import { GroupTree } from './group-tree.ts';
import { expandTo, initialExpansion } from './initial-expansion.ts';

/** a > (b, c), and d beside; nodes 0 and 5 are in no group. */
const groups = new GroupTree({
  groupNames: ['a', 'b', 'b', 'd'],
  groupParent: Int32Array.of(-1, 0, 0, -1),
  groupShape: Int32Array.of(-1, 7, 7, -1),
  group: Int32Array.of(-1, 0, 1, 2, 2, -1, 3),
});

describe('GroupTree', () => {
  it('counts nodes however deep', () => {
    expect([...groups.size]).toEqual([4, 1, 2, 1]);
    expect(groups.nodesOf(0)).toEqual([1, 2, 3, 4]);
    expect(groups.members[groups.count]).toEqual([0, 5]);
  });

  it('gives groups of one name different paths', () => {
    expect(groups.paths).toEqual(['a', 'a/b', 'a/b#2', 'd']);
    expect(groups.find('a/b#2')).toBe(2);
    expect(groups.find('b')).toBe(-1);
  });

  it('says how often the inside of a group repeats', () => {
    expect([...groups.repeats]).toEqual([1, 2, 2, 1]);
  });

  it('knows the groups around one, the outermost first', () => {
    expect(groups.chain(2)).toEqual([0, 2]);
    expect(groups.chain(-1)).toEqual([]);
  });
});

describe('initialExpansion', () => {
  it('opens small models', () => {
    expect([...initialExpansion(groups, 7)]).toEqual([1, 1, 1, 1]);
  });

  it('opens as many levels as a person takes in', () => {
    // 20 groups of 3 groups of 5 nodes: 20 boxes, then 60, then 300.
    const names: string[] = [];
    const parents: number[] = [];
    const nodes: number[] = [];
    for (let a = 0; a < 20; a++) {
      const outer = names.push('a') - 1;
      parents.push(-1);
      for (let b = 0; b < 3; b++) {
        const inner = names.push('b') - 1;
        parents.push(outer);
        nodes.push(inner, inner, inner, inner, inner);
      }
    }
    const big = new GroupTree({
      groupNames: names,
      groupParent: Int32Array.from(parents),
      groupShape: new Int32Array(names.length).fill(-1),
      group: Int32Array.from(nodes),
    });
    const expanded = initialExpansion(big, nodes.length);
    expect([...expanded].filter((open, g) => open === 1 && parents[g] === -1)).toHaveLength(20);
    expect([...expanded].filter((open, g) => open === 1 && parents[g] !== -1)).toHaveLength(0);
  });

  it('opens the way to a node', () => {
    const expanded = Uint8Array.of(0, 0, 0, 0);
    expect(expandTo(groups, expanded, 2)).toBe(true);
    expect([...expanded]).toEqual([1, 0, 1, 0]);
    expect(expandTo(groups, expanded, 2)).toBe(false);
  });
});
