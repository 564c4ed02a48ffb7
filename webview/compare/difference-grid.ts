/** Every difference in a list: what graphs show to those who see them, this says to everybody. */

import { dropdown } from '../ui/controls.ts';
import { element } from '../ui/dom.ts';
import { bytesInWords } from '../ui/format.ts';
import { Grid } from '../ui/grid.ts';
import type { DifferentNodes, Matching, Side } from './matching.ts';
import { differences } from './status.ts';

const whole = '';

export function differenceGrid(matching: Matching, onOpen: (difference: DifferentNodes) => void): HTMLElement {
  const { models } = matching;
  const name = (side: Side, node: number): string => (node < 0 ? '' : models[side].graph.names[node]!);
  const type = (side: Side, node: number): string => (node < 0 ? '' : models[side].opType(node));
  const bytes = (side: Side, node: number): number => (node < 0 ? 0 : models[side].graph.weightBytes[node]!);
  const kinds = differences.filter((status) => matching.count(status) > 0);
  const filter = dropdown('Show differences by kind', [
    { value: whole, label: 'All differences' },
    ...kinds.map((status) => ({ value: status, label: `${status} (${matching.count(status)})` })),
  ], whole, (chosen) => grid.setAccepted(chosen === whole ? undefined : ({ status }) => status === chosen));
  const grid = new Grid<DifferentNodes>({
    label: 'Differences',
    columns: [
      {
        title: 'Layer',
        value: ({ a, b }) => name('a', a) || name('b', b),
        content: ({ a, b }) => name('a', a) || name('b', b),
        code: true,
      },
      {
        title: 'What',
        value: ({ status }) => differences.indexOf(status),
        content: ({ status }) => element('span', { class: `status ${status}` }, status),
      },
      {
        title: 'Type',
        value: ({ a, b }) => type('a', a) || type('b', b),
        content: ({ a, b }) => {
          const [before, after] = [type('a', a), type('b', b)];
          return before === '' || after === '' || before === after ? before || after : `${before} → ${after}`;
        },
      },
      {
        title: 'Before',
        hint: 'Bytes of its constants in the first model',
        value: ({ a }) => bytes('a', a),
        content: ({ a }) => bytesText(bytes('a', a)),
        numeric: true,
      },
      {
        title: 'After',
        hint: 'Bytes of its constants in the second model',
        value: ({ b }) => bytes('b', b),
        content: ({ b }) => bytesText(bytes('b', b)),
        numeric: true,
      },
      {
        title: 'In the second model',
        value: ({ b }) => name('b', b),
        content: ({ a, b }) => (a >= 0 && name('a', a) === name('b', b)
          ? element('span', { class: 'hint' }, 'the same name')
          : element('span', { class: 'code' }, name('b', b))),
      },
    ],
    rows: matching.differences,
    noun: ['difference', 'differences'],
    filterText: ({ status, a, b }) => `${status} ${name('a', a)} ${name('b', b)} ${type('a', a)} ${type('b', b)}`,
    ...(kinds.length > 1 && { tools: filter }),
    onOpen,
    openHint: 'Show this layer in both graphs',
  });
  return grid.element;
}

/** Most operators have no constants: a column of zeros would hide those that do. */
function bytesText(bytes: number): string {
  return bytes === 0 ? '' : bytesInWords(bytes);
}
