/** How many threads a session takes unless told. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

let known: number | undefined;

/**
 * Physical cores that this process may use, at least 1: two threads on one core only get in each other's way in
 * matrix products. Where the system does not tell cheaply (Windows), x64 processors count as having two threads a core.
 */
export function physicalCores(): number {
  known ??= Math.max(1, Math.min(availableParallelism(), machineCores()));
  return known;
}

function machineCores(): number {
  const logical = availableParallelism();
  try {
    if (process.platform === 'linux') return coresOf(readFileSync('/proc/cpuinfo', 'utf8')) ?? logical;
    if (process.platform === 'darwin') {
      const { stdout } = spawnSync('sysctl', ['-n', 'hw.physicalcpu'], { encoding: 'utf8', timeout: 1000 });
      return Number.parseInt(stdout, 10) || logical;
    }
  } catch {
    return logical;
  }
  return process.arch === 'x64' && logical > 2 ? Math.ceil(logical / 2) : logical;
}

/** Different pairs of package and core in Linux's list of processors; undefined where it names none (ARM). */
export function coresOf(cpuinfo: string): number | undefined {
  const cores = new Set<string>();
  for (const processor of cpuinfo.split(/\n\s*\n/)) {
    const core = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
    if (core !== undefined) cores.add(`${/^physical id\s*:\s*(\d+)/m.exec(processor)?.[1] ?? 0}:${core}`);
  }
  return cores.size || undefined;
}
