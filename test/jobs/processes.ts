/** Which processes of runs there are, as the system sees it. */

import { execFileSync } from 'node:child_process';

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

function all(): RunningProcess[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, group, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    // An orphan that has ended stays in the list until somebody takes note.
    if (command.includes('<defunct>')) return [];
    return { pid: Number(pid), parent: Number(parent), group: Number(group), command };
  });
}

/** The job process that `parent` started. */
export function jobOf(parent: number): RunningProcess | undefined {
  return all().find((one) => one.parent === parent && /\bjob\.js/.test(one.command));
}

/** Command lines of the processes of a group: a job and all that it started. */
export function commandsOf(group: number): string[] {
  return all().filter((one) => one.group === group).map(({ command }) => command);
}
