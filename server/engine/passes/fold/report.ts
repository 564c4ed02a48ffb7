/** What folding did, in the words of the report: by the names that nodes had in the model that came in. */

import type { Node } from '../../model/node.ts';
import type { LayerAction } from '../pass.ts';

/** folded: into another layer; computed: a constant now; merged: the same as another node; removed: did nothing. */
export type FoldAction = 'folded' | 'computed' | 'merged' | 'removed';

export class FoldReport {
  private readonly labels = new Map<Node, string>();
  private readonly actions = new Map<Node, LayerAction>();

  /** Remembers what the node is called before it is changed. */
  name(node: Node): void {
    if (!this.labels.has(node)) this.labels.set(node, node.label);
  }

  /** The first thing that happens to a node is what counts. */
  add(node: Node, action: FoldAction, reason: string): void {
    const name = this.labels.get(node);
    if (name === undefined || this.actions.has(node)) return;
    this.actions.set(node, { name, opType: node.opType, action, reason });
  }

  get layers(): readonly LayerAction[] {
    return [...this.actions.values()];
  }
}
