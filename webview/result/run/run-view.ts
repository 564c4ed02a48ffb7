/** The result of a recipe: what it gave, whether that is good enough, and how it came about. */

import { actionCounts, goalSentence, headlineFigures } from '../../../protocol/results/run-words.ts';
import type { RunResult } from '../../../protocol/results/run.ts';
import { panels, type Panels } from '../../ui/controls.ts';
import { append, element, fill } from '../../ui/dom.ts';
import { dateTime, durationInWords, fileName, plural } from '../../ui/format.ts';
import { cards, notice, pageHead } from '../../ui/parts.ts';
import { runButton } from '../actions.ts';
import type { ShownResult } from '../shown-result.ts';
import { accuracyPanel } from './accuracy.ts';
import { goalMeaning } from './goal.ts';
import { layersPanel } from './layers.ts';
import { methodPanel } from './method.ts';
import { summaryPanel } from './summary.ts';
import { trainingPanels } from './training.ts';

export function runView(into: HTMLElement, shown: ShownResult<RunResult>): void {
  const { link, record, result } = shown;
  const tabs = panels('Parts of the result', [
    { title: 'Summary', content: summaryPanel(result) },
    { title: `Layers (${result.layers.length})`, content: layersPanel(shown) },
    ...(result.changes ? [{ title: 'Classes and samples', content: accuracyPanel(result, result.changes) }] : []),
    ...trainingPanels(result),
    { title: 'How these numbers were made', content: methodPanel(record, result) },
  ]);
  fill(into,
    pageHead({
      title: fileName(result.output),
      subtitle: [
        `compressed from ${fileName(result.model)}`,
        record.endedAt === undefined ? '' : dateTime(record.endedAt),
        `took ${durationInWords(result.durationMs)}`,
        actionCounts(result.layers).slice(0, 3).map(([action, count]) => `${count} ${action}`).join(', '),
      ],
      actions: [
        runButton(link, record, 'Open Result in Graph', 'lathe.runs.openModel', 'primary'),
        runButton(link, record, 'Compare with Original', 'lathe.runs.compare'),
        runButton(link, record, 'Open Recipe', 'lathe.runs.openRecipe'),
        runButton(link, record, 'Open HTML Report', 'lathe.runs.openReport'),
        runButton(link, record, 'Run Again', 'lathe.runs.rerun'),
      ],
    }),
    cards(headlineFigures(result)),
    verdict(result),
    tabs);
  rememberTab(tabs, shown);
}

function verdict(result: RunResult): HTMLElement {
  const made = element('div');
  const sentence = goalSentence(result);
  if (sentence !== undefined) {
    append(made, [notice(result.goalMet ? 'good' : 'bad', sentence, element('p', {}, goalMeaning(result)))]);
  }
  if (result.synthetic) {
    append(made, [notice('warning', 'Some figures come from random data.', element('p', {},
      'They compare the two models; they claim nothing about accuracy on real data.'))]);
  }
  const warnings = result.notes.filter(({ severity }) => severity === 'warning').length;
  if (warnings > 0) append(made, [notice('warning', `The run gave ${plural(warnings, 'warning')}: see the notes.`)]);
  return made;
}

/** The page is thrown away when it is hidden: the tab comes back with it. */
function rememberTab(tabs: Panels, { tab, onTab }: ShownResult<RunResult>): void {
  const ids = [...tabs.querySelectorAll('vscode-panel-tab')].map(({ id }) => id);
  const id = ids[tab];
  if (id !== undefined) tabs.activeid = id;
  tabs.addEventListener('change', () => onTab(ids.indexOf(tabs.activeid)));
}
