/** Every target, by name. */

import { readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { LatheError } from '../errors.ts';
import { didYouMean, listInWords } from '../util/nearest.ts';
import { coreml, nnapi, openvino, qnnHtp } from './accelerators.ts';
import { cuda, directml, tensorrt, webgpuWasm } from './gpus.ts';
import { tfliteMicro } from './microcontrollers.ts';
import { arm64, x64, x64Amx, x64Vnni } from './processors.ts';
import type { Target } from './target.ts';

export const targets: readonly Target[] = [
  x64, x64Vnni, x64Amx, arm64, cuda, tensorrt, openvino, directml, coreml, qnnHtp, nnapi, webgpuWasm, tfliteMicro,
];

/** What a recipe may name: the targets, and `auto` for the machine that Lathe runs on. */
export const targetNames: readonly [string, ...string[]] = ['auto', ...targets.map(({ name }) => name)];

/** What of this machine decides its target. */
export interface HostProcessor {
  /** Node's name of the architecture. */
  readonly arch: string;
  /** Processor flags as Linux lists them; undefined where they cannot be read. */
  readonly flags: ReadonlySet<string> | undefined;
}

/** Reads this machine's processor. Only Linux tells its flags without a native module. */
export function hostProcessor(): HostProcessor {
  let flags: ReadonlySet<string> | undefined;
  try {
    const line = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    if (line !== undefined) flags = new Set(line.trim().split(/\s+/));
  } catch {
    flags = undefined;
  }
  return { arch: arch(), flags };
}

/**
 * The target that a processor is. Where the flags are unknown an x86-64 processor is taken to saturate: a model made
 * for that one is right on every other.
 */
export function targetOfProcessor(processor: HostProcessor): Target {
  if (processor.arch === 'arm64') return arm64;
  const { flags } = processor;
  if (flags?.has('amx_int8') === true) return x64Amx;
  const adds32Bits = flags?.has('avx512_vnni') === true || flags?.has('avx_vnni') === true;
  return adds32Bits ? x64Vnni : x64;
}

/** The target named `name`; `auto`, or no name, is this machine. */
export function findTarget(name: string | undefined, host: () => HostProcessor = hostProcessor): Target {
  if (name === undefined || name === 'auto') return targetOfProcessor(host());
  const target = targets.find((known) => known.name === name);
  if (!target) {
    throw new LatheError('USAGE', `Unknown target "${name}".${didYouMean(name, targetNames)}`, {
      fix: `Known targets: ${listInWords([...targetNames])}.`,
    });
  }
  return target;
}
