/** Says what is selected to whoever cannot see it. */

import { element } from '../../ui/dom.ts';
import { plural } from '../../ui/format.ts';
import { figureText } from '../overlay/figure-text.ts';
import type { Session } from '../session/session.ts';

export class Announcer {
  readonly element = element('div', { 'class': 'unseen', 'aria-live': 'polite', 'role': 'status' });

  constructor(session: Session) {
    session.signals.on(['selection', 'overlay'], () => this.element.textContent = selectionInWords(session));
    session.signals.on(['trace'], () => {
      const count = session.traced?.reduce((sum, traced) => sum + traced, 0) ?? 0;
      if (count > 0) this.element.textContent = `${plural(count, 'layer')} traced.`;
    });
  }
}

/** "Conv conv1, 64 3x3, weight bytes 66.6 kB, rank 3 of 26, 1 problem"; empty for no selection. */
export function selectionInWords(session: Session): string {
  const { model, selection, overlays: { shown }, problems } = session;
  if (!model || !selection) return '';
  const figures = shown?.figures;
  if (selection.kind === 'group') {
    const value = shown?.groups[selection.group] ?? NaN;
    return [
      `Group ${model.groups.paths[selection.group]!}`,
      plural(model.groups.size[selection.group]!, 'node'),
      session.expanded[selection.group] ? 'expanded' : 'collapsed',
      figures && !Number.isNaN(value) && `${figures.title} ${figureText(value, figures.unit)}`,
    ].filter(Boolean).join(', ');
  }
  const { node } = selection;
  const value = figures?.values[node] ?? NaN;
  const found = problems.ofNode(node).length;
  const ranking = shown?.ranking();
  const rank = ranking ? ranking.indexOf(node) + 1 : 0;
  return [
    `${model.opType(node)} ${model.graph.names[node]!}`,
    model.graph.details[node]!,
    figures && !Number.isNaN(value) && `${figures.title} ${figureText(value, figures.unit)}`,
    rank > 0 && ranking && `rank ${rank} of ${ranking.length}`,
    found > 0 && plural(found, 'problem'),
  ].filter(Boolean).join(', ');
}
