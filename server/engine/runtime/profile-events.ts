/** onnxruntime's profile: which node took how long in each run. */

import { LatheError } from '../errors.ts';
import type { ProfiledNode } from '../../../protocol/results/benchmark.ts';
import { median } from './statistics.ts';

/** One entry of the file: times in microseconds. */
interface Event {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

const suffix = '_kernel_time';

/**
 * Nodes in order of their first execution, from the text of a profile.
 *
 * @param skip runs at the beginning that do not count
 * @throws LatheError `RUNTIME` for a text that is no profile, or one of no more than `skip` runs
 */
export function parseProfile(text: string, skip: number): ProfiledNode[] {
  const events = parse(text);
  const runs = events
    .filter((event) => event.cat === 'Session' && event.name === 'model_run')
    .sort((a, b) => a.ts - b.ts)
    .slice(skip);
  if (runs.length === 0) throw new LatheError('RUNTIME', "onnxruntime's profile holds no runs.");
  const nodes = new Map<string, { name: string; opType: string; provider: string; times: Float64Array }>();
  for (const { event, selfUs } of selfTimes(events)) {
    const run = runs.findIndex(({ ts, dur }) => event.ts >= ts && event.ts <= ts + dur);
    if (run < 0) continue;
    const name = event.name.slice(0, -suffix.length);
    const [opType, provider, index] = ['op_name', 'provider', 'node_index'].map((key) => textOf(event.args?.[key]));
    // Names need not be unique, and may be missing.
    const key = JSON.stringify([name, opType, index]);
    let node = nodes.get(key);
    if (!node) {
      node = { name, opType: opType!, provider: provider!, times: new Float64Array(runs.length) };
      nodes.set(key, node);
    }
    node.times[run]! += selfUs;
  }
  return [...nodes.values()].map(({ times, ...node }) => ({ ...node, medianUs: median(times) }));
}

function parse(text: string): readonly Event[] {
  try {
    const events: unknown = JSON.parse(text);
    if (Array.isArray(events)) return events as Event[];
  } catch {
    // Told below.
  }
  throw new LatheError('RUNTIME', "onnxruntime's profile cannot be read.", { detail: text.slice(0, 500) });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Executions of nodes, each without the time of those inside it: bodies of If, Loop and Scan run within their node. */
function selfTimes(events: readonly Event[]): { readonly event: Event; readonly selfUs: number }[] {
  const executions = events
    .filter((event) => event.cat === 'Node' && event.name.endsWith(suffix))
    .sort((a, b) => a.ts - b.ts || b.dur - a.dur)
    .map((event) => ({ event, selfUs: event.dur }));
  const around: (typeof executions)[number][] = [];
  for (const execution of executions) {
    const { ts, dur } = execution.event;
    for (let last; (last = around.at(-1)) && last.event.ts + last.event.dur < ts + dur; ) around.pop();
    const parent = around.at(-1);
    if (parent) parent.selfUs -= dur;
    around.push(execution);
  }
  return executions;
}
