/** The dialog that lists the keys. */

import { button } from '../../ui/controls.ts';
import { element } from '../../ui/dom.ts';

const keys: readonly (readonly [keys: string, does: string])[] = [
  ['Arrow keys', 'go along the edges: up to the inputs, down to the outputs, left and right in a row'],
  ['Enter', 'expand the selected group; go into one that stands open'],
  ['Escape', 'go out to the group around, then to the whole model'],
  ['+ and -', 'zoom; expand and collapse the selected group'],
  ['Shift + arrow keys', 'move the view'],
  ['f', 'fit the whole graph into the view'],
  ['/ or Ctrl+F', 'search names, operators and tensors'],
  ['Enter, Shift+Enter', 'in the search: the next and the previous hit'],
  ['n and Shift+N', 'the next worst and the previous layer of the overlay'],
  ['i and o', 'trace what the selection depends on, and what depends on it'],
  ['e and c', 'expand all groups, collapse all groups'],
  ['m', 'show the whole model folded into strips'],
  ['l', 'the outline of all layers'],
  ['Ctrl+Wheel, wheel, pinch', 'zoom at the pointer; drag to move'],
  ['?', 'this list'],
];

export class HelpDialog {
  readonly element = element('dialog', { 'class': 'help', 'aria-labelledby': 'help-title' });

  constructor() {
    this.element.append(
      element('h2', { id: 'help-title' }, 'Keys of the graph'),
      element('table', { class: 'plain' }, element('tbody', {}, keys.map(([key, does]) =>
        element('tr', {}, element('th', { scope: 'row' }, element('kbd', {}, key)), element('td', {}, does))))),
      element('div', { class: 'row dialog-buttons' }, button('Close', () => this.element.close())),
    );
    // A click beside the dialog's content closes it, as everywhere in the workbench.
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
  }

  open(): void {
    if (!this.element.open) this.element.showModal();
  }
}
