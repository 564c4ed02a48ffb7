import { describe, expect, it } from 'vitest';
import { isTabulatedDomain, newestOpset, operatorHistory, operatorNames, operatorVersion } from './operators.ts';

// Facts from ONNX's Operators.md and Changelog.md.
describe('the table of operators', () => {
  it.each([
    ['Clip', 6, { since: 6, minInputs: 1, maxInputs: 1 }],
    ['Clip', 12, { since: 12, minInputs: 1, maxInputs: 3 }],
    ['BatchNormalization', 13, { since: 9, minOutputs: 1, maxOutputs: 5 }],
    ['BatchNormalization', 15, { since: 15, minOutputs: 1, maxOutputs: 3 }],
    ['Concat', 17, { since: 13, minInputs: 1, maxInputs: Infinity }],
    ['QuantizeLinear', 21, { since: 21, minInputs: 2, maxInputs: 3 }],
    ['LSTM', 14, { since: 14, minInputs: 3, maxInputs: 8, minOutputs: 0, maxOutputs: 3 }],
    ['Constant', 13, { since: 13, minInputs: 0, maxInputs: 0 }],
    ['Scatter', 12, { since: 11, withdrawn: true }],
  ])('%s in operator set %i', (name, opset, facts) => {
    expect(operatorVersion('', name, opset)).toMatchObject(facts);
  });

  it('knows what did not exist yet, and what never did', () => {
    expect(operatorVersion('', 'Gelu', 19)).toBeUndefined();
    expect(operatorHistory('', 'Gelu')).toHaveLength(1);
    expect(operatorHistory('', 'Nothing')).toBeUndefined();
  });

  it('covers the domains of ONNX and no other', () => {
    expect(operatorVersion('ai.onnx', 'Relu', 14)).toEqual(operatorVersion('', 'Relu', 14));
    expect(operatorVersion('ai.onnx.ml', 'TreeEnsemble', 5)).toMatchObject({ since: 5 });
    expect(isTabulatedDomain('ai.onnx.ml')).toBe(true);
    expect(isTabulatedDomain('com.microsoft')).toBe(false);
  });

  it('is in order and complete', () => {
    const names = operatorNames('');
    expect(names.length).toBeGreaterThan(200);
    for (const name of names) {
      const history = operatorHistory('', name)!;
      const since = history.map((version) => version.since);
      expect(since).toEqual([...new Set(since)].sort((a, b) => a - b));
      for (const { minInputs, maxInputs, minOutputs, maxOutputs, since: version } of history) {
        const sound = minInputs <= maxInputs && minOutputs <= maxOutputs && version <= newestOpset;
        expect(sound, name).toBe(true);
      }
    }
  });
});
