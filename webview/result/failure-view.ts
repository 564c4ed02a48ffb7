/** A run without a result: what went wrong, where, and what helps. */

import type { Failure } from '../../protocol/failure.ts';
import type { ResultPageEvent } from '../../protocol/page.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import { button } from '../ui/controls.ts';
import { element, fill } from '../ui/dom.ts';
import { dateTime } from '../ui/format.ts';
import type { PageLink } from '../ui/page.ts';
import { facts, notice, pageHead } from '../ui/parts.ts';
import { runButton } from './actions.ts';
import { requestWords } from './progress-view.ts';

/** @param record absent where not even the run is known */
export function failureView(
  into: HTMLElement,
  link: PageLink<ResultPageEvent>,
  failure: Failure,
  record?: RunRecord,
): void {
  const { at } = failure;
  const line = at?.line === undefined ? '' : `:${at.line}${at.column === undefined ? '' : `:${at.column}`}`;
  const outputs = record?.outputs;
  fill(into,
    pageHead({
      title: record ? requestWords(record.request).title : 'The result cannot be shown',
      subtitle: [record?.endedAt === undefined ? '' : dateTime(record.endedAt)],
    }),
    notice(failure.code === 'CANCELLED' ? 'info' : 'bad', failure.message,
      failure.fix !== undefined && element('p', {}, failure.fix)),
    facts([
      ['File', at?.file !== undefined && element('code', {}, `${at.file}${line}`)],
      ['Layer', at?.node !== undefined && element('code', {}, at.node)],
      ['Value', at?.value !== undefined && element('code', {}, at.value)],
      ['Kept so far', outputs?.model !== undefined && element('code', {}, outputs.model)],
      ['Code', element('code', {}, failure.code)],
    ]),
    failure.detail !== undefined && element('details', { class: 'failure-detail' },
      element('summary', {}, 'Details'), element('pre', { class: 'code' }, failure.detail)),
    element('div', { class: 'row page-actions' },
      record && runButton(link, record, 'Run Again', 'lathe.runs.rerun', 'primary'),
      record?.request.kind === 'recipe' && runButton(link, record, 'Open Recipe', 'lathe.runs.openRecipe'),
      record && runButton(link, record, 'Show Log', 'lathe.runs.showLog'),
      button('Copy Diagnostics', () => void link.request('command', {
        command: 'lathe.copyDiagnostics', arguments: [],
      }))));
}
