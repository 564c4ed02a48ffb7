/** What the commands that carry out recipes share. */

import type { RunOptions } from '../engine/recipe/runner.ts';
import { physicalCores } from '../engine/runtime/cores.ts';
import type { CommandContext, OptionSpec } from './command.ts';

export const outputOption: OptionSpec = { name: 'output', short: 'o', value: 'OUT', summary: 'where the result goes' };

export const targetOption: OptionSpec = {
  name: 'target',
  value: 'T',
  summary: 'a name from "lathe targets"; this machine by default',
};

/** The options of a run that come from the command line. */
export function runOptions(
  { args, output, signal }: CommandContext,
): Pick<RunOptions, 'threads' | 'seed' | 'progress' | 'log' | 'signal'> {
  return {
    threads: args.threads ?? physicalCores(),
    seed: args.seed,
    progress: output.progress.report,
    log: output.log,
    signal,
  };
}
