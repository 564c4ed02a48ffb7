/** Problems with what mends them. */

import type { ModelProblem } from '../../../protocol/problems.ts';
import { button, link } from '../../ui/controls.ts';
import { element } from '../../ui/dom.ts';
import type { Session } from '../session/session.ts';
import { severityGlyphs } from '../view/draw-marks.ts';
import { section } from './section.ts';
import { reporting } from './reporting.ts';

const words = { error: 'Error', warning: 'Warning', info: 'Information' } as const;

/** A section with all of `problems`; null for none. With `names` each says which node it is about. */
export function problemList(session: Session, problems: readonly ModelProblem[], names = false): HTMLElement | null {
  if (problems.length === 0) return null;
  const title = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return section(title, element('ul', { class: 'problems' }, problems.map((problem) => item(session, problem, names))));
}

function item(session: Session, problem: ModelProblem, names: boolean): HTMLElement {
  const { link: host, model } = session;
  const node = problem.node === undefined ? -1 : model?.find(problem.node) ?? -1;
  return element('li', { class: `problem ${problem.severity}` },
    element('span', { 'class': 'severity', 'role': 'img', 'aria-label': words[problem.severity] },
      severityGlyphs[problem.severity]),
    element('div', {},
      names && node >= 0 && element('div', {}, link(problem.node!, () => void session.reveal(node))),
      element('div', {}, problem.message),
      problem.fix !== undefined && element('div', { class: 'hint' }, problem.fix),
      element('div', { class: 'hint' }, `${problem.source} `, link(problem.code, () => {
        reporting(host, host.request('openDocumentation', { code: problem.code }));
      })),
      problem.fixes.length > 0 && element('div', { class: 'row' }, problem.fixes.map(({ title, edit }) =>
        button(title, () => {
          if (model) reporting(host, host.request('applyFix', { uri: model.uri, edit }));
        })))));
}
