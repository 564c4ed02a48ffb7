/** A run that is not over: what it does now, how far it is, and a way to stop it. */

import type { ResultPageEvent } from '../../protocol/page.ts';
import type { RunRecord, RunRequest } from '../../protocol/runs.ts';
import { button, progressRing } from '../ui/controls.ts';
import { element, fill } from '../ui/dom.ts';
import { fileName } from '../ui/format.ts';
import type { PageLink } from '../ui/page.ts';
import { pageHead } from '../ui/parts.ts';
import { runButton } from './actions.ts';
import { TrainingView } from './training-view.ts';

export class ProgressView {
  private readonly phase = element('p', { 'class': 'progress-phase', 'aria-live': 'polite' });
  private readonly bar = element('progress', { 'max': 1, 'aria-label': 'Progress of this phase' });
  private readonly counts = element('span', { class: 'hint' });
  private readonly training: TrainingView;

  constructor(into: HTMLElement, link: PageLink<ResultPageEvent>, record: RunRecord) {
    const { title, subtitle } = requestWords(record.request);
    this.training = new TrainingView(link);
    fill(into,
      pageHead({ title, subtitle: [subtitle] }),
      element('div', { class: 'progress' }, progressRing('Running'),
        element('div', {}, this.phase, this.bar, this.counts)),
      element('div', { class: 'row' },
        runButton(link, record, 'Cancel', 'lathe.runs.cancel'),
        runButton(link, record, 'Show Log', 'lathe.runs.showLog'),
        button('Show Runs', () => void link.request('command', { command: 'lathe.runs.show', arguments: [] }))),
      this.training.element,
      element('p', { class: 'hint after' }, 'The run goes on when this page is closed. The result appears here when it '
        + 'is there, and in the Runs view.'));
    this.update(record);
  }

  update(record: RunRecord): void {
    const { state, progress } = record;
    this.training.update(record);
    const phase = progress?.phase ?? (state === 'queued' ? 'Waiting for the run before it' : 'Starting');
    // A live region tells every change: the same phase is told once.
    if (this.phase.textContent !== phase) this.phase.textContent = phase;
    const total = progress?.total ?? 0;
    if (progress && total > 0) this.bar.value = progress.done / total;
    else this.bar.removeAttribute('value');
    const left = progress?.leftMs === undefined ? '' : `about ${roughly(progress.leftMs)} left`;
    this.counts.textContent = [total > 0 ? `${progress?.done ?? 0} of ${total}` : '', left].filter(Boolean).join(', ');
  }
}

/** An estimate: seconds up to a minute and a half, minutes from then on. */
function roughly(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds <= 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

export function requestWords(request: RunRequest): { readonly title: string; readonly subtitle: string } {
  switch (request.kind) {
    case 'recipe':
      return { title: `Run of ${fileName(request.recipe)}`, subtitle: request.recipe };
    case 'analyze':
      return { title: `Analysis of ${fileName(request.model)}`, subtitle: request.model };
    case 'benchmark':
      return {
        title: `Benchmark of ${request.models.map(fileName).join(', ')}`,
        subtitle: request.models.join(', '),
      };
    case 'compare':
      return {
        title: `Comparison of ${fileName(request.a)} and ${fileName(request.b)}`,
        subtitle: `${request.a}, ${request.b}`,
      };
  }
}
