/** The field to search in, with how many there are and the first of them. */

import { iconButton, textField } from '../../ui/controls.ts';
import { element, fill } from '../../ui/dom.ts';
import type { Session } from '../session/session.ts';
import { icon } from '../page/icons.ts';

/** A list to glance at; Enter walks through all. */
const listed = 50;

export class SearchBar {
  readonly element = element('div', { 'class': 'search', 'role': 'search', 'hidden': true });
  readonly #session: Session;
  readonly #closed: () => void;
  readonly #field = textField('Search names, operators and tensors', (text) => this.#session.search(text.trim()), {
    placeholder: 'Search names, operators, tensors',
  });
  readonly #count = element('span', { class: 'search-count', role: 'status' });
  readonly #list = element('ul', { class: 'search-hits' });

  /** `closed` gives the focus back to the graph. */
  constructor(session: Session, closed: () => void) {
    this.#session = session;
    this.#closed = closed;
    this.element.append(
      element('div', { class: 'search-row' },
        this.#field, this.#count,
        iconButton('Previous hit (Shift+Enter)', icon('previous'), () => void session.walkHits(-1)),
        iconButton('Next hit (Enter)', icon('next'), () => void session.walkHits(1)),
        iconButton('Close the search (Escape)', icon('close'), () => this.close())),
      this.#list,
    );
    this.element.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape') this.close();
      else if (event.key === 'Enter' && event.target === this.#field) void session.walkHits(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
    });
    session.signals.on(['search', 'model'], () => this.#show());
  }

  open(): void {
    this.element.hidden = false;
    this.#field.focus();
  }

  close(): void {
    this.element.hidden = true;
    this.#field.value = '';
    this.#session.search('');
    this.#closed();
  }

  #show(): void {
    const { hits, currentHit, query, model } = this.#session;
    if (query === '' || !model) {
      this.#count.textContent = '';
      fill(this.#list);
      return;
    }
    const place = currentHit < 0 ? '' : `${currentHit + 1} of `;
    this.#count.textContent = hits.length === 0 ? 'None' : `${place}${hits.length}`;
    const first = Math.max(0, Math.min(currentHit - 5, hits.length - listed));
    fill(this.#list, hits.slice(first, first + listed).map(({ node, by, text }, i) => {
      const current = first + i === currentHit && 'true';
      const hit = element('button', { 'type': 'button', 'class': 'hit', 'aria-current': current },
        element('span', { class: 'hit-op' }, model.opType(node)),
        element('span', { class: 'hit-name code' }, model.graph.names[node]),
        by === 'tensor' && element('span', { class: 'hint code' }, `makes ${text}`));
      hit.addEventListener('click', () => void this.#session.goToHit(first + i));
      return element('li', {}, hit);
    }));
    this.#list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }
}
