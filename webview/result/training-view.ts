/** Training under way: its curves as they grow, and the buttons that hold it back or end it. */

import type { ResultPageEvent } from '../../protocol/page.ts';
import type { TrainingUpdate } from '../../protocol/results/training.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import { element, fill } from '../ui/dom.ts';
import type { PageLink } from '../ui/page.ts';
import { runButton } from './actions.ts';
import { bestOf, trainingCurves } from './training-curves.ts';

/** Drawn anew not more often: a curve that trembles cannot be read. */
const redrawMs = 1000;

export class TrainingView {
  readonly element = element('section', { class: 'training', hidden: true });
  private readonly link: PageLink<ResultPageEvent>;
  private readonly buttons = element('div', { class: 'row' });
  private readonly title = element('h2');
  private readonly curves = element('div');
  private paused: boolean | undefined;
  private drawn = 0;
  private points = -1;

  constructor(link: PageLink<ResultPageEvent>) {
    this.link = link;
    this.element.append(this.title, this.curves, this.buttons);
  }

  update(record: RunRecord): void {
    const { training } = record;
    this.element.hidden = training === undefined;
    if (!training) return;
    this.showButtons(record, training);
    const points = training.losses.length + training.scores.length;
    const now = performance.now();
    const changed = points !== this.points;
    if (!changed || (this.points >= 0 && now - this.drawn < redrawMs)) return;
    this.points = points;
    this.drawn = now;
    const { losses, scores, metric, stepsPlanned } = training;
    fill(this.curves, trainingCurves({ steps: stepsPlanned, metric, losses, scores, bestStep: bestOf(scores) }));
  }

  private showButtons(record: RunRecord, { paused, name }: TrainingUpdate): void {
    if (paused === this.paused) return;
    this.paused = paused;
    this.title.textContent = paused ? `Training (${name}), paused` : `Training (${name})`;
    fill(this.buttons,
      paused
        ? runButton(this.link, record, 'Resume', 'lathe.runs.resume', 'primary')
        : runButton(this.link, record, 'Pause', 'lathe.runs.pause'),
      runButton(this.link, record, 'Stop and Keep Best', 'lathe.runs.stopAndKeep'));
  }
}
