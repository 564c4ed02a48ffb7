/** What the options of a quantization ask of a target that it does not have: known before any work begins. */

import { listInWords } from '../util/nearest.ts';
import type { TargetProblem } from './problem.ts';
import type { Target } from './target.ts';

/** What a step `quantize`, or one of its rules, says; what it leaves out is chosen to suit the target. */
export interface AskedOptions {
  readonly scheme?: string | undefined;
  readonly activations?: string | undefined;
  readonly weights?: string | undefined;
  readonly symmetric?: boolean | undefined;
  readonly reduceRange?: boolean | 'auto' | undefined;
}

export interface OptionProblem extends TargetProblem {
  /** Which option it is about. */
  readonly option: keyof AskedOptions;
}

/** Conflicts of options with the target, each with the option that causes it. */
export function checkOptions(asked: AskedOptions, target: Target): OptionProblem[] {
  const { scheme, activations, weights, symmetric, reduceRange } = asked;
  const found: OptionProblem[] = [];
  const add = (option: keyof AskedOptions, severity: TargetProblem['severity'], message: string, fix: string): void => {
    found.push({ code: 'LTH1012', severity, node: null, option, message, fix });
  };
  const integers = scheme === undefined || scheme === 'int8' || scheme === 'mixed' || scheme === 'int4';
  if (scheme === 'int8' && !target.runsInt8) {
    add('scheme', 'warning', `${target.name} computes int8 layers in float, with conversions around each.`,
      `Use "scheme: ${target.prefers.scheme}": ${target.prefers.reason}.`);
  }
  if (scheme === 'bf16' && target.bfloat16 === 'none') {
    add('scheme', 'error', `${target.name} does not compute in bfloat16.`, 'Use "scheme: fp16" or "scheme: int8".');
  }
  if (scheme === 'dynamic' && target.operators?.has('MatMulInteger') === false) {
    add('scheme', 'warning', `${target.name} has no dynamic int8 layers: the processor would run them.`,
      `Use "scheme: ${target.prefers.scheme}" with calibration data.`);
  }
  if ((scheme === 'fp16' || scheme === 'bf16' || scheme === 'dynamic') && !target.runsFloat) {
    add('scheme', 'error', `${target.name} has no float kernels.`, 'Use "scheme: int8".');
  }
  const types: readonly string[] = target.activationTypes;
  if (integers && activations === 'float' && !target.runsFloat) {
    add('activations', 'error', `${target.name} has no float kernels.`, 'Leave "activations" out.');
  } else if (integers && target.runsInt8 && activations !== undefined && activations !== 'float'
    && !types.includes(activations)) {
    add('activations', target.symmetricActivations ? 'error' : 'warning',
      `${target.name} has no integer layers for ${activations} activations, only for ${listInWords([...types])}.`,
      `Leave "activations" out, or use ${types[0]!}.`);
  }
  const weightTypes: readonly string[] = target.weightTypes;
  // On processors codes of 4 bits become int8 when the model is loaded.
  const unpacks = weights === 'int4' && target.provider === 'CPUExecutionProvider';
  if (integers && target.runsInt8 && weights !== undefined && !weightTypes.includes(weights) && !unpacks) {
    add('weights', 'warning',
      `${target.name} has no integer layers for ${weights} weights, only for ${listInWords([...weightTypes])}.`,
      `Leave "weights" out, or use ${weightTypes[0]!}.`);
  }
  if (symmetric === false && target.symmetricActivations) {
    add('symmetric', 'error', `${target.name} needs activations that are centred on zero.`, 'Leave "symmetric" out.');
  }
  if (reduceRange === false && target.int8.saturates && (activations === undefined || activations === 'uint8')) {
    add('reduceRange', 'error',
      `On ${target.name} products of uint8 activations and large int8 weights overflow, so results would be wrong.`,
      'Leave "reduceRange" out: weights are limited only where they must be.');
  }
  return found;
}
