/** A button that opens a menu of what can be written to a file. */

import { iconButton } from '../../ui/controls.ts';
import { element } from '../../ui/dom.ts';
import { icon } from './icons.ts';
import type { PageAction } from './page-action.ts';

const entries: readonly (readonly [label: string, action: PageAction])[] = [
  ['Export Graph as SVG…', 'exportSvg'],
  ['Export Graph as PNG…', 'exportPng'],
  ['Export Overlay…', 'exportOverlay'],
  ['Import Overlay…', 'importOverlay'],
];

export function exportMenu(run: (action: PageAction) => void): HTMLElement {
  const menu = element('div', { class: 'menu', role: 'menu', 'aria-label': 'Export and import', hidden: true });
  const opener = iconButton('Export and import', icon('export'), () => (menu.hidden ? open() : close()));
  opener.setAttribute('aria-haspopup', 'menu');
  const items = entries.map(([label, action]) => {
    const item = element('button', { type: 'button', role: 'menuitem', tabindex: -1, class: 'menu-item' }, label);
    item.addEventListener('click', () => {
      close();
      run(action);
    });
    return item;
  });
  menu.append(...items);

  const open = (): void => {
    menu.hidden = false;
    items[0]?.focus();
  };
  const close = (): void => {
    if (menu.contains(document.activeElement)) opener.focus();
    menu.hidden = true;
  };
  menu.addEventListener('keydown', (event) => {
    const at = items.findIndex((item) => item === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined) items[next % items.length]?.focus();
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const holder = element('div', { class: 'menu-holder' }, opener, menu);
  holder.addEventListener('focusout', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && holder.contains(relatedTarget))) menu.hidden = true;
  });
  return holder;
}
