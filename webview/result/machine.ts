/** Where figures were taken, as facts. */

import type { MachineDescription } from '../../protocol/results/run.ts';
import { plural } from '../ui/format.ts';
import type { Fact } from '../ui/parts.ts';

export function machineFacts({ processor, cores, platform, ...versions }: MachineDescription): Fact[] {
  return [
    ['Machine', `${processor}, ${plural(cores, 'core')}, ${platform}`],
    ['Versions', `Lathe ${versions.lathe}, onnxruntime ${versions.onnxruntime}, Node ${versions.node}`],
  ];
}
