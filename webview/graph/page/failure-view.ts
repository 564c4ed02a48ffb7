/** What is shown instead of a graph when the file cannot be read. */

import type { Failure } from '../../../protocol/failure.ts';
import type { GraphPageEvent } from '../../../protocol/page.ts';
import { button } from '../../ui/controls.ts';
import { element, type Child } from '../../ui/dom.ts';
import type { PageLink } from '../../ui/page.ts';
import { reporting } from '../panel/reporting.ts';

export function failureView(failure: Failure, link: PageLink<GraphPageEvent>): HTMLElement {
  return element('div', { class: 'failure', role: 'alert' },
    element('h1', {}, 'This model cannot be shown'),
    element('p', {}, failure.message),
    placeOf(failure),
    failure.fix !== undefined && element('p', { class: 'fix' }, failure.fix),
    element('div', { class: 'row' }, button('Show Log', () => {
      reporting(link, link.request('command', { command: 'lathe.showLog', arguments: [] }));
    })));
}

function placeOf({ at }: Failure): Child {
  if (!at) return null;
  const { node, value, file } = at;
  const words = [node !== undefined && `node ${node}`, value !== undefined && `tensor ${value}`, file]
    .filter((word) => word !== undefined && word !== false);
  return words.length > 0 && element('p', { class: 'hint code' }, words.join(', '));
}
