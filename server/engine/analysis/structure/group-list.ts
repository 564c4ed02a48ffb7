/** The groups of a graph view as they are found, a parent before what is in it. */

import { groupKinds, type GraphColumns, type GraphNames } from '../../../../protocol/graph/structure.ts';

export type GroupKind = (typeof groupKinds)[number];

export class GroupList {
  /** By node: the innermost group, -1 for none. */
  readonly groupOf: Int32Array;
  readonly parents: number[] = [];
  readonly kinds: GroupKind[] = [];
  readonly names: string[] = [];

  constructor(nodes: number) {
    this.groupOf = new Int32Array(nodes).fill(-1);
  }

  add(kind: GroupKind, name: string, parent: number): number {
    this.kinds.push(kind);
    this.names.push(name);
    return this.parents.push(parent) - 1;
  }

  columns(): Pick<GraphColumns, 'group' | 'groupParent' | 'groupKind'> & Pick<GraphNames, 'groupNames'> {
    return {
      group: this.groupOf,
      groupParent: Int32Array.from(this.parents),
      groupKind: Uint8Array.from(this.kinds, (kind) => groupKinds.indexOf(kind)),
      groupNames: this.names,
    };
  }
}
