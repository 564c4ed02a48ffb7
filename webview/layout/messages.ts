/** Between the page and its layout worker. */

import type { GraphStructure } from '../../protocol/graph/structure.ts';
import type { BoxSizes, Scene } from './scene.ts';

/** The parts of the graph that the layout needs; their buffers may be shared by copying only. */
export type LayoutGraph = Pick<
  GraphStructure,
  'kind' | 'opType' | 'group' | 'source' | 'target' | 'tensor' | 'groupParent' | 'groupKind' | 'groupShape'
>;

export type ToLayout =
  /** Replaces the graph. */
  | { readonly type: 'graph'; readonly graph: LayoutGraph; readonly sizes: BoxSizes }
  /** `expanded[g]` is 1 for groups to show open. Answers of older requests may be dropped. */
  | { readonly type: 'layout'; readonly request: number; readonly expanded: Uint8Array };

export type FromLayout =
  | { readonly type: 'scene'; readonly request: number; readonly scene: Scene; readonly durationMs: number }
  | { readonly type: 'failed'; readonly request: number; readonly message: string };
