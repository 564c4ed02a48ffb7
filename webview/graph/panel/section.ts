/** The parts that the side panel is made of. */

import { element, type Child } from '../../ui/dom.ts';

/** A heading and what is under it; nothing at all for nothing to show. */
export function section(title: string, ...content: readonly Child[]): HTMLElement {
  return element('section', { class: 'panel-section' }, element('h3', {}, title), content);
}

export type Fact = readonly [name: string, value: Child];

/** Names and values side by side; facts without a value are left out. */
export function facts(list: readonly (Fact | null)[]): HTMLElement {
  return element('dl', { class: 'facts' }, list.map((fact) => fact?.[1] != null && fact[1] !== '' && [
    element('dt', {}, fact[0]), element('dd', {}, fact[1]),
  ]));
}

/** What can be opened and closed, closed at first; `content` is made when it is opened for the first time. */
export function disclosure(summary: Child, content: () => Child, open = false): HTMLDetailsElement {
  const body = element('div', { class: 'disclosure-body' });
  const details = element('details', { class: 'disclosure', open }, element('summary', {}, summary), body);
  let made = false;
  const show = (): void => {
    if (!details.open || made) return;
    made = true;
    const child = content();
    body.replaceChildren();
    if (child != null && child !== false) body.append(...nodesOf(child));
  };
  details.addEventListener('toggle', show);
  show();
  return details;
}

function nodesOf(child: Child): Node[] {
  const holder = element('div', {}, child);
  return [...holder.childNodes];
}
