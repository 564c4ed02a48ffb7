/** What the side panel says of a group: what is in it, and its figures. */

import { button, link } from '../../ui/controls.ts';
import { element, type Child } from '../../ui/dom.ts';
import { plural } from '../../ui/format.ts';
import type { GraphModel } from '../model/graph-model.ts';
import type { Session } from '../session/session.ts';
import { figureList } from './figure-list.ts';
import { pathOfGroups } from './model-panel.ts';
import { problemList } from './problem-list.ts';
import { facts, section } from './section.ts';

const kindInWords = ['scope of names', 'subgraph or function body', 'repeated block'] as const;
/** More of the same would push the figures out of sight. */
const shownAlike = 12;

export function groupPanel(session: Session, model: GraphModel, group: number): Child[] {
  const { groups, graph } = model;
  const nodes = groups.nodesOf(group);
  const open = session.expanded[group] === 1;
  return [
    pathOfGroups(session, model, groups.parent[group]!),
    element('h2', { class: 'panel-title' }, graph.groupNames[group]),
    element('p', { class: 'panel-name code' }, groups.paths[group]),
    element('div', { class: 'row' }, button(open ? 'Collapse' : 'Expand',
      () => void session.setGroupExpanded(group, !open))),
    facts([
      ['Kind', kindInWords[graph.groupKind[group]!] ?? ''],
      ['Nodes', plural(nodes.length, 'node')],
      ['Repeats', groups.repeats[group]! > 1 ? `${groups.repeats[group]!} groups with the same inside` : ''],
    ]),
    problemList(session, nodes.flatMap((node) => session.problems.ofNode(node)), true),
    figureList(session, { kind: 'group', group }),
    operatorSection(model, nodes),
    alikeSection(session, model, group),
  ];
}

function operatorSection(model: GraphModel, nodes: readonly number[]): Child {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(model.opType(node), (counts.get(model.opType(node)) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return section('Operators', element('table', { class: 'plain figures' }, element('tbody', {},
    sorted.map(([op, count]) => element('tr', {},
      element('th', { scope: 'row' }, op), element('td', { class: 'numeric' }, count))))));
}

function alikeSection(session: Session, model: GraphModel, group: number): Child {
  const shape = model.graph.groupShape[group]!;
  if (shape < 0) return null;
  const alike: number[] = [];
  model.graph.groupShape.forEach((other, g) => {
    if (other === shape && g !== group) alike.push(g);
  });
  if (alike.length === 0) return null;
  return section('Groups with the same inside', element('ul', { class: 'tensors' }, alike.slice(0, shownAlike)
    .map((g) => element('li', {}, link(model.groups.paths[g]!, () => void session.revealGroup(g))))),
  alike.length > shownAlike && element('p', { class: 'hint' }, `And ${alike.length - shownAlike} more.`));
}
