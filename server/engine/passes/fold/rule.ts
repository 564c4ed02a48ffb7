/** What a rule of the fold pass is: a small rewriting at one node. */

import type { Node } from '../../model/node.ts';
import type { FoldScope } from './scope.ts';

export interface FoldRule {
  /** Standard operators that the rule looks at. */
  readonly operators: readonly string[];
  /** Rewrites the graph at `node` and returns `true`, or changes nothing. */
  apply(node: Node, scope: FoldScope): boolean;
}
