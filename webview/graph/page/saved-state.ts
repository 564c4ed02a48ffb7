/** What the page keeps while it is hidden, by names that outlive the file being read again. */

import type { NamedSelection } from '../session/session.ts';
import type { Viewport } from '../view/viewport.ts';

export interface SavedState {
  readonly uri: string;
  readonly view: Viewport;
  /** Paths of the groups that stand open. */
  readonly expanded: readonly string[];
  readonly selection: NamedSelection | null;
  readonly overlay: string | null;
  readonly panelWidth: number;
  readonly panelVisible: boolean;
  readonly outlineVisible: boolean;
  readonly folded: boolean;
}

/** `false` for what an older version kept, too: the view then begins anew. */
export function isSavedState(value: unknown): value is SavedState {
  if (typeof value !== 'object' || value === null) return false;
  const state = value as Partial<Record<keyof SavedState, unknown>>;
  const view = state.view as Partial<Viewport> | null | undefined;
  return typeof state.uri === 'string'
    && [view?.scale, view?.x, view?.y].every((part) => typeof part === 'number' && Number.isFinite(part))
    && Array.isArray(state.expanded) && state.expanded.every((path) => typeof path === 'string')
    && typeof state.panelWidth === 'number' && typeof state.panelVisible === 'boolean'
    && typeof state.outlineVisible === 'boolean' && typeof state.folded === 'boolean'
    && (state.overlay === null || typeof state.overlay === 'string')
    && (state.selection === null || typeof state.selection === 'object');
}
