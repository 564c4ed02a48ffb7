/** What all overlays say of one node or group. */

import type { NodeFigures } from '../overlay/built-in.ts';
import { aggregateGroups } from '../overlay/aggregate.ts';
import { figureText } from '../overlay/figure-text.ts';
import type { Selection, Session } from '../session/session.ts';
import { element } from '../../ui/dom.ts';
import { section } from './section.ts';

const howInWords = { sum: 'sum', max: 'largest', min: 'smallest', mean: 'mean' } as const;

/** A section with a row for every overlay that has a figure for the selection; null when none has. */
export function figureList(session: Session, of: Selection): HTMLElement | null {
  const rows = session.overlays.choices.flatMap((figures) => {
    const value = valueOf(session, figures, of);
    return Number.isNaN(value) ? [] : [rowOf(figures, value, of)];
  });
  if (rows.length === 0) return null;
  return section('Figures', element('table', { class: 'plain figures' }, element('tbody', {}, rows)));
}

function valueOf(session: Session, figures: NodeFigures, of: Selection): number {
  if (of.kind === 'node') return figures.values[of.node]!;
  if (!session.model) return NaN;
  return aggregateGroups(figures.values, session.model.groups, figures.aggregate)[of.group]!;
}

function rowOf(figures: NodeFigures, value: number, of: Selection): HTMLElement {
  const note = of.kind === 'node' ? figures.notes?.get(of.node) : howInWords[figures.aggregate];
  return element('tr', { title: `From ${figures.source}` },
    element('th', { scope: 'row' }, figures.title, note !== undefined && element('div', { class: 'hint' }, note)),
    element('td', { class: 'numeric' }, figureText(value, figures.unit)));
}
