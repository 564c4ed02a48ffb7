import { describe, expect, it } from 'vitest';
import { Node } from '../../model/node.ts';
import { arm64, x64, x64Vnni } from '../../targets/processors.ts';
import { quantizeOptions } from './options.ts';
import { resolveSettings } from './settings.ts';

function node(name: string, opType = 'Conv'): Node {
  return new Node({ name, opType, inputs: ['x', 'w'], outputs: ['y'] });
}

function options(fields: object): ReturnType<typeof quantizeOptions.parse> {
  return quantizeOptions.parse(fields);
}

describe('settings', () => {
  it('take types and safety from the target where the recipe says nothing', () => {
    expect(resolveSettings(options({}), x64)).toMatchObject({ activationType: 'uint8', limitPairs: true });
    expect(resolveSettings(options({}), x64Vnni)).toMatchObject({ activationType: 'uint8', limitPairs: false });
    expect(resolveSettings(options({}), arm64)).toMatchObject({ activationType: 'int8', symmetric: false });
    // 16-bit activations are not added in pairs of 16 bits.
    expect(resolveSettings(options({ activations: 'uint16' }), x64).limitPairs).toBe(false);
    expect(resolveSettings(options({ reduceRange: true }), arm64).limitPairs).toBe(true);
  });

  it('let the last rule that matches decide for a layer', () => {
    const settings = resolveSettings(options({
      calibration: 'entropy',
      layers: [
        { match: 'block*', keep: 'float' },
        { match: 'block2', activations: 'float' },
        { match: 'head', weights: 'uint8', perChannel: false, calibration: 'min-max' },
      ],
    }), x64);
    expect(['stem', 'block1', 'block2', 'head'].map((name) => settings.mode(node(name)))).toEqual(
      ['int8', 'float', 'weights', 'int8'],
    );
    expect(settings.reason(node('block1'))).toContain('float');
    expect([settings.weightType(node('head')), settings.weightType(node('stem'))]).toEqual(['uint8', 'int8']);
    expect([settings.perChannel(node('head')), settings.perChannel(node('stem'))]).toEqual([false, true]);
    expect([settings.calibration(node('head')), settings.calibration(undefined)]).toEqual(['min-max', 'entropy']);
  });

  it('quantize only the operators asked for, and what lies between them', () => {
    const settings = resolveSettings(options({ opTypes: ['Gemm'] }), x64);
    expect(settings.mode(node('a'))).toBe('float');
    expect(settings.mode(node('b', 'Gemm'))).toBe('int8');
    expect(settings.mode(node('c', 'MaxPool'))).toBe('int8');
  });

  it('let the search widen a layer further than the recipe, never the other way', () => {
    const recipe = options({ layers: [{ match: 'f', keep: 'float' }, { match: 'w', activations: 'float' }] });
    for (const mode of ['weights', 'float'] as const) {
      const kept = new Map(['f', 'w', 'i'].map((name) => [name, { mode, reason: 'goal' }]));
      const settings = resolveSettings(recipe, x64, kept);
      expect(['f', 'w', 'i'].map((name) => settings.mode(node(name)))).toEqual(['float', mode, mode]);
    }
  });

  it('shift signed codes beside 4-bit weights on x64, where onnxruntime fails to', () => {
    const signed = options({ activations: 'int8' });
    const narrow = options({ activations: 'int8', weights: 'int4' });
    expect(resolveSettings(signed, x64).activationType).toBe('int8');
    expect(resolveSettings(narrow, x64).activationType).toBe('uint8');
    expect(resolveSettings(narrow, arm64).activationType).toBe('int8');
  });
});
