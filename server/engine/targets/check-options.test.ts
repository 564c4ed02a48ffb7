import { describe, expect, it } from 'vitest';
import { checkOptions, type AskedOptions } from './check-options.ts';
import { findTarget, targets } from './registry.ts';

function conflicts(asked: AskedOptions, target: string): string[] {
  return checkOptions(asked, findTarget(target)).map(({ option, severity }) => `${option} ${severity}`);
}

describe('options against targets', () => {
  it.each<[AskedOptions, string, string[]]>([
    [{ scheme: 'int8', activations: 'int16' }, 'x64', ['activations warning']],
    [{ scheme: 'int8', activations: 'uint16' }, 'qnn-htp', []],
    [{ scheme: 'int8', activations: 'uint8' }, 'tensorrt', ['activations error']],
    [{ scheme: 'int8', symmetric: false }, 'tensorrt', ['symmetric error']],
    [{ scheme: 'int8', symmetric: false }, 'x64', []],
    [{ scheme: 'int8' }, 'coreml', ['scheme warning']],
    [{ scheme: 'bf16' }, 'nnapi', ['scheme error']],
    [{ scheme: 'dynamic' }, 'qnn-htp', ['scheme warning']],
    [{ scheme: 'dynamic' }, 'x64', []],
    [{ scheme: 'fp16' }, 'tflite-micro', ['scheme error']],
    [{ scheme: 'int8', activations: 'float' }, 'tflite-micro', ['activations error']],
    [{ scheme: 'int8', weights: 'int4' }, 'x64', []],
    [{ scheme: 'int8', weights: 'uint8' }, 'tflite-micro', ['weights warning']],
    [{ scheme: 'int8', reduceRange: false }, 'x64', ['reduceRange error']],
    [{ scheme: 'int8', reduceRange: false }, 'x64-amx', []],
  ])('%j on %s: %j', (asked, target, expected) => {
    expect(conflicts(asked, target)).toEqual(expected);
  });

  it('has nothing against what a target prefers', () => {
    for (const target of targets) expect(checkOptions({ scheme: target.prefers.scheme }, target)).toEqual([]);
  });
});
