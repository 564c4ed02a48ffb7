/** What the Runs view, the status bar and notifications say of a run. */

import type { RunProgress, RunRecord, RunRequest } from '../../protocol/runs.ts';
import { fileName } from '../models/page-model.ts';

export function isOver({ state }: RunRecord): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** What is being done, as a verb: "Compressing", for titles of progress. */
export function activity(request: RunRequest): string {
  switch (request.kind) {
    case 'recipe': return 'Running';
    case 'analyze': return 'Analyzing';
    case 'benchmark': return 'Benchmarking';
    case 'compare': return 'Comparing';
  }
}

/** The files that a run is about, by their names. */
export function subject(request: RunRequest): string {
  switch (request.kind) {
    case 'recipe': return fileName(request.recipe).replace(/\.lathe\.ya?ml$/, '');
    case 'analyze': return fileName(request.model);
    case 'benchmark': return request.models.map(fileName).join(', ');
    case 'compare': return `${fileName(request.a)} and ${fileName(request.b)}`;
  }
}

const kindNames: Readonly<Record<RunRequest['kind'], string>> = {
  recipe: 'Compression', analyze: 'Sensitivity', benchmark: 'Benchmark', compare: 'Comparison',
};

export function kindName(request: RunRequest): string {
  return kindNames[request.kind];
}

/** "Compression: digits.int8"; with the time of day for one that others of the same name went before. */
export function runTitle(record: RunRecord, all: readonly RunRecord[]): string {
  const plain = ({ request }: RunRecord): string => `${kindName(request)}: ${subject(request)}`;
  const title = plain(record);
  const isFirst = all.every((other) => other.createdAt >= record.createdAt || plain(other) !== title);
  return isFirst ? title : `${title}, ${new Date(record.createdAt).toLocaleTimeString()}`;
}

/** "20 s", "3 min", "2 h": a time that is only estimated needs no more. */
export function roughTime(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** "Calibrating 64 of 256, about 20 s left". */
export function progressText({ phase, done, total, leftMs }: RunProgress): string {
  const counts = total > 0 ? ` ${done} of ${total}` : '';
  const left = leftMs === undefined ? '' : `, about ${roughTime(leftMs)} left`;
  return `${phase}${counts}${left}`;
}

/** How long ago, as a person would say it. */
export function ago(thenMs: number, nowMs: number): string {
  const minutes = Math.round((nowMs - thenMs) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 24 ? `${hours} h ago` : `${Math.round(hours / 24)} d ago`;
}

/** One line on how far a run is or what came of it. */
export function stateText(record: RunRecord): string {
  switch (record.state) {
    case 'queued': return 'Waiting';
    case 'running': return runningText(record);
    case 'cancelled': return 'Cancelled';
    case 'failed': return record.failure?.message ?? 'Failed';
    case 'done': return [record.summary ?? 'Done', ...(record.goalMet === false ? ['goal missed'] : [])].join(' · ');
  }
}

function runningText({ progress, training }: RunRecord): string {
  if (training?.paused === true) return 'Training, paused';
  return progress ? progressText(progress) : 'Starting';
}

export interface RunItemText {
  readonly label: string;
  readonly description: string;
  /** Of a codicon, with its colour's id where it has one. */
  readonly icon: { readonly id: string; readonly color?: string };
  /** `run.STATE.KIND`, and `.training` or `.paused` behind it, for the `when` clauses of menus. */
  readonly context: string;
  /** For screen readers, which do not see the icon. */
  readonly spoken: string;
}

function icon(record: RunRecord): RunItemText['icon'] {
  switch (record.state) {
    case 'queued': return { id: 'clock' };
    case 'running': return { id: 'loading~spin' };
    case 'cancelled': return { id: 'circle-slash' };
    case 'failed': return { id: 'error', color: 'list.errorForeground' };
    case 'done':
      return record.goalMet === false
        ? { id: 'warning', color: 'list.warningForeground' }
        : { id: 'pass', color: 'testing.iconPassed' };
  }
}

/** A run as an entry of the Runs view. */
export function runItem(record: RunRecord, nowMs: number): RunItemText {
  const label = subject(record.request);
  const text = stateText(record);
  // Compressing is what runs are about: the others say what they are.
  const kind = record.request.kind === 'recipe' ? [] : [kindName(record.request)];
  const when = isOver(record) ? [ago(record.endedAt ?? record.createdAt, nowMs)] : [];
  return {
    label,
    description: [...kind, text, ...when].join(' · '),
    icon: icon(record),
    context: contextOf(record),
    spoken: `${kindName(record.request)} of ${label}, ${record.state}, ${text}`,
  };
}

function contextOf({ state, request, training }: RunRecord): string {
  const steered = training === undefined ? '' : training.paused ? '.paused' : '.training';
  return `run.${state}.${request.kind}${steered}`;
}

/** The lines of a run's tooltip, as pairs. */
export function runFacts(record: RunRecord): readonly (readonly [name: string, value: string])[] {
  const { createdAt, startedAt, endedAt, outputs, failure, warning } = record;
  const facts: [string, string][] = [['Started', new Date(startedAt ?? createdAt).toLocaleString()]];
  if (startedAt !== undefined && endedAt !== undefined) facts.push(['Took', roughTime(endedAt - startedAt)]);
  facts.push([isOver(record) ? 'Result' : 'Progress', stateText(record)]);
  if (failure?.fix !== undefined) facts.push(['What helps', failure.fix]);
  if (warning !== undefined) facts.push(['Warning', warning]);
  if (outputs?.model !== undefined) facts.push(['Model', outputs.model]);
  if (outputs?.recipe !== undefined) facts.push(['Recipe', outputs.recipe]);
  if (outputs?.report !== undefined) facts.push(['Report', outputs.report]);
  return facts;
}
