/** Statistics of a constant, asked for when they are wanted. */

import type { TensorStatistics, ValueDetails } from '../../../protocol/model.ts';
import { progressRing } from '../../ui/controls.ts';
import { channelRanges } from '../../ui/charts/channels.ts';
import { histogram } from '../../ui/charts/histogram.ts';
import { element, fill, type Child } from '../../ui/dom.ts';
import { bytesInWords, percent, plural, significant, wholeNumber } from '../../ui/format.ts';
import { failureText } from '../../ui/page.ts';
import type { Session } from '../session/session.ts';
import { disclosure, facts } from './section.ts';

/** A constant with its size; opened, it shows how its numbers are spread. */
export function constantView(session: Session, node: number, value: ValueDetails): HTMLElement {
  const { constant } = value;
  const size = constant ? `${bytesInWords(constant.bytes)}, ${plural(constant.elements, 'element')}` : '';
  return disclosure(
    [
      element('span', {}, 'Statistics'),
      element('span', { class: 'hint' }, ` ${size}${constant?.external ? ', external data' : ''}`),
    ],
    () => {
      const place = element('div', { class: 'statistics' }, progressRing(`Reading ${value.name}`));
      void show(session, node, value.name, place);
      return place;
    },
  );
}

async function show(session: Session, node: number, tensor: string, place: HTMLElement): Promise<void> {
  if (!session.model) return;
  try {
    const statistics = await session.link.request('tensorStatistics', { uri: session.model.uri, node, tensor });
    fill(place, statisticsView(statistics));
  } catch (error) {
    fill(place, element('p', { class: 'bad' }, failureText(error)));
  }
}

function statisticsView(of: TensorStatistics): Child[] {
  const { channels, histogram: { min, width, counts } } = of;
  return [
    facts([
      ['Range', `${significant(of.min)} to ${significant(of.max)}`],
      ['Mean', `${significant(of.mean)} ± ${significant(of.standardDeviation)}`],
      ['Zeros', percent(of.sparsity)],
      ['Not finite', of.notFinite > 0 ? element('span', { class: 'bad' }, wholeNumber(of.notFinite)) : ''],
    ]),
    counts.length > 0 && histogram({
      title: `Values of ${of.name}`,
      series: [{ name: of.name, kind: 'after', min, width, counts }],
      noun: 'elements',
    }),
    channels && channels.min.length > 1 && channelRanges({
      title: of.name, min: channels.min, max: channels.max,
    }),
    disclosure('First elements', () => element('pre', { class: 'preview' }, of.preview)),
  ];
}
