import type { ContentLayout } from './content.ts';
import type { SegmentLayout } from './segment.ts';
import { ShapeMemo } from './shape-memo.ts';

/** What was laid out before. Keep one per graph: opening and closing groups then lays out only what is new. */
export interface LayoutMemo {
  readonly contents: ShapeMemo<ContentLayout>;
  readonly segments: ShapeMemo<SegmentLayout>;
}

export function layoutMemo(): LayoutMemo {
  return { contents: new ShapeMemo(), segments: new ShapeMemo() };
}
