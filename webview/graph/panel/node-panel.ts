/** What the side panel says of one node. */

import type { NodeDetails, ValueDetails } from '../../../protocol/model.ts';
import { link, progressRing } from '../../ui/controls.ts';
import { element, fill, type Child } from '../../ui/dom.ts';
import { failureText } from '../../ui/page.ts';
import type { GraphModel } from '../model/graph-model.ts';
import type { Session } from '../session/session.ts';
import { figureList } from './figure-list.ts';
import { pathOfGroups } from './model-panel.ts';
import { problemList } from './problem-list.ts';
import { facts, section } from './section.ts';
import { constantView } from './tensor-panel.ts';

/** Attributes and tensors are asked for and appear when they come; all else is there at once. */
export function nodePanel(session: Session, model: GraphModel, node: number): Child[] {
  const { graph } = model;
  const details = element('div', { 'aria-busy': 'true' });
  // Most answers come before anyone could see a ring turn.
  const slow = setTimeout(() => fill(details, progressRing('Reading the node')), 300);
  void session.link.request('nodeDetails', { uri: model.uri, node }).then(
    (answer) => fill(details, detailsView(session, model, node, answer)),
    (error: unknown) => fill(details, element('p', { class: 'bad' }, failureText(error))),
  ).finally(() => {
    clearTimeout(slow);
    details.removeAttribute('aria-busy');
  });
  const selection = { kind: 'node', node } as const;
  return [
    pathOfGroups(session, model, graph.group[node]!),
    element('h2', { class: 'panel-title' }, model.opType(node)),
    element('p', { class: 'panel-name code' }, graph.names[node]),
    problemList(session, session.problems.ofNode(node)),
    figureList(session, selection),
    details,
  ];
}

function detailsView(session: Session, model: GraphModel, node: number, details: NodeDetails): Child[] {
  const { documentation, domain, attributes, metadata, docString } = details;
  const operator = domain === '' || domain === 'ai.onnx' ? details.opType : `${domain}.${details.opType}`;
  return [
    // The workbench opens links of pages in the browser, after asking.
    documentation !== undefined
      && element('p', {}, element('a', { href: documentation }, `Documentation of ${operator}`)),
    docString !== undefined && docString !== '' && element('p', { class: 'hint' }, docString),
    attributes.length > 0 && section('Attributes', facts(attributes.map(({ name, value }) =>
      [name, element('code', {}, value)] as const))),
    valueSection(session, model, node, 'Inputs', details.inputs),
    valueSection(session, model, node, 'Outputs', details.outputs),
    Object.keys(metadata).length > 0 && section('Metadata', facts(Object.entries(metadata))),
  ];
}

function valueSection(
  session: Session,
  model: GraphModel,
  node: number,
  title: string,
  values: readonly ValueDetails[],
): Child {
  if (values.length === 0) return null;
  return section(title, element('ul', { class: 'tensors' }, values.map((value) => element('li', {},
    element('div', { class: 'tensor-head' },
      value.role !== '' && element('span', { class: 'role' }, value.role),
      element('span', { class: 'code tensor-name' }, value.name === '' ? '(left out)' : value.name)),
    value.name !== '' && element('div', { class: 'hint code' }, value.type === '' ? 'type not known' : value.type),
    neighbours(session, model, node, value, title === 'Inputs'),
    value.constant && constantView(session, node, value)))));
}

/** Who makes an input, or who reads an output: links to walk along. */
function neighbours(session: Session, model: GraphModel, node: number, value: ValueDetails, input: boolean): Child {
  if (value.constant || value.name === '') return null;
  const { links, graph } = model;
  const [start, edges, ends] = input
    ? [links.inStart, links.incoming, graph.source]
    : [links.outStart, links.outgoing, graph.target];
  const others = new Set<number>();
  for (let i = start[node]!; i < start[node + 1]!; i++) {
    if (graph.tensorNames[graph.tensor[edges[i]!]!] === value.name) others.add(ends[edges[i]!]!);
  }
  if (others.size === 0) return null;
  return element('div', { class: 'hint' }, input ? 'from ' : 'to ', [...others].slice(0, 12).map((other, i) => [
    i > 0 && ', ', link(`${model.opType(other)} ${shortName(graph.names[other]!)}`, () => void session.reveal(other)),
  ]), others.size > 12 && ` and ${others.size - 12} more`);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/', name.length - 2) + 1);
}
