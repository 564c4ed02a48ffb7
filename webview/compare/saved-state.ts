/** What the compare page keeps while it is hidden, and over a restart of the editor. */

import type { Viewport } from '../graph/view/viewport.ts';
import type { Side } from './matching.ts';

export interface SavedComparison {
  /** Uris of the models, by which the host brings the page back. */
  readonly a: string;
  readonly b: string;
  readonly run?: string;
  /** Of the first graph; the other one follows. */
  readonly view: Viewport;
  readonly expanded: readonly string[];
  readonly selected: { readonly side: Side; readonly node: string } | null;
  /** Index of the tab below the graphs. */
  readonly tab: number;
  readonly inStep: boolean;
}

export function isSavedComparison(value: unknown): value is SavedComparison {
  if (typeof value !== 'object' || value === null) return false;
  const state = value as Partial<Record<keyof SavedComparison, unknown>>;
  const view = state.view as Partial<Viewport> | null | undefined;
  const selected = state.selected as SavedComparison['selected'] | undefined;
  return typeof state.a === 'string' && typeof state.b === 'string'
    && [view?.scale, view?.x, view?.y].every((part) => typeof part === 'number' && Number.isFinite(part))
    && Array.isArray(state.expanded) && state.expanded.every((path) => typeof path === 'string')
    && (selected === null || (typeof selected?.node === 'string' && ['a', 'b'].includes(selected.side)))
    && typeof state.tab === 'number' && typeof state.inStep === 'boolean';
}
