/** What the side panel says of the whole model. */

import type { ModelFacts, TensorType } from '../../../protocol/model.ts';
import { link } from '../../ui/controls.ts';
import { element, type Child } from '../../ui/dom.ts';
import { bytesInWords, countInWords, plural, wholeNumber } from '../../ui/format.ts';
import type { GraphModel } from '../model/graph-model.ts';
import { figureText } from '../overlay/figure-text.ts';
import type { ShownOverlay } from '../session/overlay-state.ts';
import type { Session } from '../session/session.ts';
import { problemList } from './problem-list.ts';
import { disclosure, facts, section } from './section.ts';

/** Enough to see where a model's weight lies. */
const shownRanks = 30;

export function modelPanel(session: Session, model: GraphModel): Child[] {
  const { facts: of, graph } = model;
  const operators = graph.kind.reduce((count, kind) => count + Number(kind === 0), 0);
  const { shown } = session.overlays;
  return [
    element('h2', { class: 'panel-title' }, model.fileName),
    facts([
      ['Format', of.format],
      ['File size', bytesInWords(of.sizeBytes)],
      ['Operators', wholeNumber(operators)],
      ['Parameters', counted(of.parameters, model.complete)],
      ['MACs', counted(of.macs, model.complete)],
      ['Opset', opsetsInWords(of.opsets)],
      ['IR version', of.irVersion],
      ['Producer', of.producer],
    ]),
    shown && rankSection(session, model, shown),
    problemList(session, session.problems.all, true),
    tensorSection(session, model, 'Inputs', of.inputs),
    tensorSection(session, model, 'Outputs', of.outputs),
    bytesSection(of.bytesByType),
    Object.keys(of.metadata).length > 0
      && section('Metadata', disclosure(plural(Object.keys(of.metadata).length, 'entry', 'entries'),
        () => facts(Object.entries(of.metadata)))),
  ];
}

function counted(count: number | null, complete: boolean): HTMLElement {
  if (count !== null) return element('span', { title: wholeNumber(count) }, countInWords(count));
  return element('span', { class: 'hint' }, complete ? 'not known: shapes are missing' : 'being counted');
}

function opsetsInWords(opsets: ModelFacts['opsets']): string {
  return Object.entries(opsets)
    .map(([domain, version]) => (domain === '' || domain === 'ai.onnx' ? `${version}` : `${domain} ${version}`))
    .join(', ');
}

function tensorSection(session: Session, model: GraphModel, title: string, tensors: readonly TensorType[]): Child {
  if (tensors.length === 0) return null;
  return section(title, element('ul', { class: 'tensors' }, tensors.map(({ name, type }) => {
    const node = model.find(name);
    return element('li', {},
      node >= 0 ? link(name, () => void session.reveal(node)) : element('code', {}, name),
      element('div', { class: 'hint code' }, type === '' ? 'type not known' : type));
  })));
}

function bytesSection(bytesByType: Readonly<Record<string, number>>): Child {
  const types = Object.entries(bytesByType).sort(([, a], [, b]) => b - a);
  const all = types.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (all === 0) return null;
  return section('Bytes by type', element('table', { class: 'plain figures' }, element('tbody', {},
    types.map(([type, bytes]) => element('tr', {},
      element('th', { scope: 'row' }, element('code', {}, type)),
      element('td', { class: 'numeric' }, bytesInWords(bytes)),
      element('td', { class: 'numeric hint' }, `${((bytes / all) * 100).toFixed(1)} %`))))));
}

function rankSection(session: Session, model: GraphModel, { figures, ranking, coverage }: ShownOverlay): Child {
  const ranked = ranking();
  const rows = [...ranked.subarray(0, shownRanks)].map((node, i) => element('li', {},
    element('button', { class: 'rank', type: 'button' },
      element('span', { class: 'rank-number' }, i + 1),
      element('span', { class: 'rank-name', title: model.graph.names[node] }, lastPart(model.graph.names[node]!, 25)),
      element('span', { class: 'rank-figure' }, figureText(figures.values[node]!, figures.unit)))));
  rows.forEach((row, i) => row.firstElementChild?.addEventListener('click', () => void session.reveal(ranked[i]!)));
  const rest = coverage - rows.length;
  return section(`Layers by ${figures.title.toLowerCase()}`,
    element('p', { class: 'hint' }, `From ${figures.source}.`),
    element('ol', { class: 'ranks' }, rows),
    rest > 0 && element('p', { class: 'hint' }, `And ${plural(rest, 'more layer')}.`));
}

/** The end of a name, which tells it from its neighbours, in at most `length` characters. */
function lastPart(name: string, length: number): string {
  return name.length <= length ? name : `…${name.slice(name.length - length + 1)}`;
}

/** Over the panel of a node or group: the model and the groups around it as links, the outermost first. */
export function pathOfGroups(session: Session, model: GraphModel, innermost: number): HTMLElement {
  const toModel = link(model.fileName, () => session.select(null));
  toModel.title = 'Shows the facts of the whole model (Escape)';
  return element('div', { class: 'panel-head' }, toModel, model.groups.chain(innermost).map((group) => [
    element('span', { 'class': 'hint', 'aria-hidden': 'true' }, '›'),
    link(model.graph.groupNames[group]!, () => session.select({ kind: 'group', group }, { bringIntoView: true })),
  ]));
}
