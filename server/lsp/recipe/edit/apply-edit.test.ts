import { describe, expect, it } from 'vitest';
import type { RecipeEdit } from '../../../../protocol/problems.ts';
import { parseRecipe } from '../../../engine/recipe/parse.ts';
import { applyEdit } from './apply-edit.ts';

const recipe = `# by hand
version: 1
model: net.onnx
steps:
  - fold      # free
  - quantize:
      scheme: int8
      # layers that hurt
      layers:
        - { match: /a, activations: int16 }
`;

/** The lines that came and the line that the answer points at; the recipe must be valid before and after. */
function changes(text: string, edit: RecipeEdit): { added: string[]; removed: string[]; at: string | undefined } {
  const { text: after, line } = applyEdit(text, edit);
  expect(parseRecipe(after).problems).toEqual([]);
  const [old, now] = [text.split('\n'), after.split('\n')];
  return {
    added: now.filter((one) => !old.includes(one)),
    removed: old.filter((one) => !now.includes(one)),
    at: now[line],
  };
}

describe('applyEdit', () => {
  it('adds a rule for a layer, under the others', () => {
    const added = '        - { match: /b/c, keep: float }';
    expect(changes(recipe, { kind: 'layer-rule', match: '/b/c', rule: { keep: 'float' } }))
      .toEqual({ added: [added], removed: [], at: added });
  });

  it('changes the rule that the layer has', () => {
    const added = '        - { match: /a, keep: float }';
    expect(changes(recipe, { kind: 'layer-rule', match: '/a', rule: { keep: 'float' } }))
      .toEqual({ added: [added], removed: ['        - { match: /a, activations: int16 }'], at: added });
    expect(applyEdit(applyEdit(recipe, { kind: 'layer-rule', match: '/a', rule: { keep: 'float' } }).text,
      { kind: 'layer-rule', match: '/a', rule: { calibration: 'mse' } }).text)
      .toContain('{ match: /a, calibration: mse }');
  });

  it('adds the list of rules, and the step, where there are none', () => {
    const plain = 'version: 1\nmodel: net.onnx\nsteps:\n  - quantize\n';
    expect(changes(plain, { kind: 'layer-rule', match: '/a', rule: { keep: 'float' } }).added)
      .toEqual(['  - quantize: { layers: [ { match: /a, keep: float } ] }']);
    expect(changes('version: 1\nmodel: net.onnx\nsteps:\n- fold\n', {
      kind: 'layer-rule', match: '/a', rule: { keep: 'float' },
    }).added).toEqual(['- quantize: { layers: [ { match: /a, keep: float } ] }']);
  });

  it('sets an option, of a step that is there or not', () => {
    expect(changes(recipe, { kind: 'option', step: 'quantize', option: 'scheme', value: 'dynamic' }))
      .toMatchObject({ added: ['      scheme: dynamic'], at: '      scheme: dynamic' });
    expect(changes(recipe, { kind: 'option', step: 'fold', option: 'tieTransposed', value: true }).added)
      .toEqual(['  - fold: { tieTransposed: true }      # free']);
    const quantizeOnly = 'version: 1\nmodel: net.onnx\nsteps:\n  # small\n  - quantize: {}\n';
    expect(applyEdit(quantizeOnly, { kind: 'option', step: 'fold', option: 'tieTransposed', value: true }).text)
      .toBe('version: 1\nmodel: net.onnx\nsteps:\n  - fold: { tieTransposed: true }\n  # small\n  - quantize: {}\n');
  });

  it('adds a step that recovers what pruning cost, between it and quantization', () => {
    const pruned = 'version: 1\nmodel: net.onnx\nsteps:\n  - prune: { ratio: 0.5 }\n  - quantize: {}\n';
    const { text } = applyEdit(pruned, { kind: 'option', step: 'distill', option: 'minutes', value: 10 });
    expect(text).toBe('version: 1\nmodel: net.onnx\nsteps:\n  - prune: { ratio: 0.5 }\n  - distill: { minutes: 10 }\n'
      + '  - quantize: {}\n');
    expect(parseRecipe(text).problems).toEqual([]);
  });

  it('adds a step once', () => {
    const text = 'version: 1\nmodel: net.onnx\nsteps: [quantize]\n';
    const { text: after, line } = applyEdit(text, { kind: 'step', step: 'fold', before: 'quantize' });
    expect([after, line]).toEqual(['version: 1\nmodel: net.onnx\nsteps: [{ fold: {} }, quantize]\n', 2]);
    expect(applyEdit(recipe, { kind: 'step', step: 'fold' })).toEqual({ text: recipe, line: 4 });
  });

  it('sets the target, behind the model', () => {
    expect(changes(recipe, { kind: 'target', target: 'x64-vnni' })).toEqual({
      added: ['target: x64-vnni'], removed: [], at: 'target: x64-vnni',
    });
    expect(applyEdit(recipe, { kind: 'target', target: 'auto' }).line).toBe(3);
  });
});
