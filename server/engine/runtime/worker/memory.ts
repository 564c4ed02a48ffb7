/** Memory that this process holds. */

import { readFileSync } from 'node:fs';
import type { Memory } from '../protocol.ts';

/**
 * On Linux `getrusage` counts what the parent held when it started this process (exec keeps the old high-water mark),
 * so the kernel's own record of this address space is asked first.
 */
function linuxPeakBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

export function memory(): Memory {
  return {
    peakRssBytes: linuxPeakBytes() ?? process.resourceUsage().maxRSS * 1024,
    rssBytes: process.memoryUsage.rss(),
  };
}
