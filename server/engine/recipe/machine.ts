/** What a figure was measured on: latencies mean nothing without it. */

import type { MachineDescription } from '../../../protocol/results/run.ts';
import { arch, cpus, platform } from 'node:os';
import { physicalCores } from '../runtime/cores.ts';
import { latheVersion, onnxruntimeVersion } from '../util/versions.ts';

export function describeMachine(): MachineDescription {
  return {
    processor: cpus()[0]?.model.replaceAll(/\s+/g, ' ').trim() ?? 'unknown processor',
    cores: physicalCores(),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    onnxruntime: onnxruntimeVersion,
    lathe: latheVersion,
  };
}
