/** The page that shows one run: while it goes on, when it failed, and what it gave. */

import '../ui/base.css';
import '../ui/parts.css';
import '../ui/charts/charts.css';
import './result.css';
import type { ResultPageEvent } from '../../protocol/page.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import { append, element } from '../ui/dom.ts';
import { connectPage } from '../ui/page.ts';
import { analysisView } from './analysis-view.ts';
import { benchmarkView } from './benchmark-view.ts';
import { failureView } from './failure-view.ts';
import { ProgressView } from './progress-view.ts';
import { runView } from './run/run-view.ts';
import type { ShownResult } from './shown-result.ts';

/** Survives the page being hidden. */
interface State {
  readonly tab: number;
  readonly scrollTop: number;
}

function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && 'tab' in value && typeof value.tab === 'number'
    && 'scrollTop' in value && typeof value.scrollTop === 'number';
}

const link = connectPage<ResultPageEvent>();
const main = element('main', { class: 'page' });
append(document.body, [main]);

let state: State = link.state(isState) ?? { tab: 0, scrollTop: 0 };
const keep = (change: Partial<State>): void => {
  state = { ...state, ...change };
  link.keep(state);
};

let progress: ProgressView | undefined;

function shownResult<Result>(record: RunRecord, result: Result): ShownResult<Result> {
  return { link, record, result, tab: state.tab, onTab: (tab) => keep({ tab }) };
}

function show(event: ResultPageEvent): void {
  if (event.type === 'progress') {
    const { record } = event;
    if (record.failure) {
      progress = undefined;
      failureView(main, link, record.failure, record);
    } else if (progress) {
      progress.update(record);
    } else {
      progress = new ProgressView(main, link, record);
    }
    return;
  }
  progress = undefined;
  switch (event.type) {
    case 'failed':
      failureView(main, link, event.failure);
      break;
    case 'run':
      runView(main, shownResult(event.record, event.result));
      break;
    case 'benchmark':
      benchmarkView(main, shownResult(event.record, event.result));
      break;
    case 'analysis':
      analysisView(main, shownResult(event.record, event.result));
      break;
  }
  scrollTo(0, state.scrollTop);
}

addEventListener('scrollend', () => keep({ scrollTop: Math.round(scrollY) }));
link.onEvent(show);
link.ready();
