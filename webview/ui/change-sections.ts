/** What changed by class and by sample, as results of runs and comparisons show it. */

import type { Changes, ClassChange, SampleChange } from '../../protocol/results/comparison.ts';
import { checkbox } from './controls.ts';
import { element, type Child } from './dom.ts';
import { changeInWords, metricInWords, plural } from './format.ts';
import { Grid } from './grid.ts';
import { section } from './parts.ts';

/** @param metric its name, for its unit */
export function classSection(classes: readonly ClassChange[], metric: string): Child {
  if (classes.length === 0) return undefined;
  const changed = classes.filter(({ before, after }) => before !== after);
  const change = ({ before, after }: ClassChange): number => after - before;
  const grid = new Grid<ClassChange>({
    label: 'Classes',
    columns: [
      { title: 'Class', value: ({ label }) => label, content: ({ label }) => label },
      { title: 'Samples', value: ({ samples }) => samples, content: ({ samples }) => samples, numeric: true },
      {
        title: `${metric} before`,
        value: ({ before }) => before,
        content: ({ before }) => metricInWords(metric, before),
        numeric: true,
      },
      {
        title: `${metric} after`,
        value: ({ after }) => after,
        content: ({ after }) => metricInWords(metric, after),
        numeric: true,
      },
      {
        title: 'Change',
        value: change,
        content: (row) => (change(row) === 0
          ? element('span', { class: 'hint' }, 'none')
          : element('span', {}, changeInWords(metric, change(row)))),
        numeric: true,
      },
    ],
    rows: [...classes].sort((a, b) => change(a) - change(b)),
    noun: ['class', 'classes'],
    filterText: ({ label }) => label,
    ...(changed.length > 0 && changed.length < classes.length && {
      tools: checkbox('Only classes that changed', false, (only) =>
        grid.setAccepted(only ? (row) => change(row) !== 0 : undefined)),
    }),
  });
  const summary = changed.length === 0
    ? `${metric} is the same in each of the ${plural(classes.length, 'class', 'classes')}.`
    : `${metric} changed in ${changed.length} of ${plural(classes.length, 'class', 'classes')}.`;
  return section('Classes', element('p', { class: 'hint' }, summary), grid.element);
}

export function sampleSection({ worse, changed }: Changes): Child {
  const counts = changed && (changed.worse === 0
    ? `No sample got worse, ${changed.better} got better.`
    : `${plural(changed.worse, 'sample')} right before and wrong after, ${changed.better} the other way round.`);
  if (worse.length === 0) {
    return section('Samples that got worse', element('p', { class: 'hint' }, counts ?? 'No sample got worse.'));
  }
  const cut = changed && changed.worse > worse.length ? ` The ${worse.length} largest changes are shown.` : '';
  return section('Samples that got worse',
    element('p', { class: 'hint' }, counts, cut),
    element('ul', { class: 'samples' }, worse.map(sampleItem)));
}

function sampleItem({ name, expected, before, after, picture }: SampleChange): HTMLElement {
  const rows = [['expected', expected], ['before', before], ['after', after]] as const;
  return element('li', {},
    picture !== undefined && element('img', { src: picture, alt: '' }),
    element('b', {}, name),
    element('dl', { class: 'facts' }, rows.flatMap(([what, answer]) => (answer === '' ? [] : [
      element('dt', {}, what), element('dd', { class: what === 'after' && 'bad' }, answer),
    ]))));
}
