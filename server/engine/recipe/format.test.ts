import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRecipe } from './format.ts';
import { parseRecipe } from './parse.ts';
import type { Recipe } from './recipe.ts';

describe('formatRecipe', () => {
  it('writes what a person would write', () => {
    const recipe: Recipe = {
      version: 1,
      model: 'mobilenetv2.onnx',
      output: 'mobilenetv2.int8.onnx',
      target: 'x64-vnni',
      data: { calibration: { images: 'photos/', limit: 128, preprocess: 'imagenet' } },
      goal: { maxDrop: 0.01, prefer: 'size' },
      steps: [
        { name: 'fold', options: {} },
        {
          name: 'quantize',
          options: { scheme: 'int8', calibration: 'auto', layers: [{ match: '/classifier/*', keep: 'float' }] },
        },
      ],
    };
    expect(formatRecipe(recipe, { steps: ['Batch norms become part of the convolutions.'] })).toBe(`version: 1
model: mobilenetv2.onnx
output: mobilenetv2.int8.onnx
target: x64-vnni
data:
  calibration: { images: photos/, limit: 128, preprocess: imagenet }
goal: { maxDrop: 0.01, prefer: size }
steps:
  # Batch norms become part of the convolutions.
  - fold: {}
  - quantize:
      scheme: int8
      calibration: auto
      layers:
        - { match: /classifier/*, keep: float }
`);
  });

  it('gives an equal recipe back when it is parsed', () => {
    // Texts that YAML could take for something else, next to any text at all.
    const text = fc.oneof(
      fc.constantFrom('*', '/a/*', 'yes', 'null', '1.5', '- x', 'a: b', '#c', '{x', '&a', '"', "it's", 'a\nb', ' a'),
      fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
    );
    const options = fc.record({
      scheme: fc.constantFrom('int8', 'dynamic', 'fp16'),
      activations: fc.constantFrom('uint8', 'int16'),
      perChannel: fc.boolean(),
      reduceRange: fc.constantFrom(true, 'auto'),
      percentile: fc.double({ min: 51, max: 100, noNaN: true }),
      opTypes: fc.array(text, { minLength: 1, maxLength: 3 }),
      layers: fc.array(fc.oneof(
        fc.record({ match: text, keep: fc.constant('float') }),
        fc.record({ match: text, calibration: fc.constantFrom('mse', 'entropy') }),
      ), { maxLength: 4 }),
    }, { requiredKeys: [] });
    const recipes = fc.record({
      version: fc.constant(1 as const),
      model: text,
      output: text,
      target: fc.constantFrom('auto', 'arm64'),
      data: fc.record({
        calibration: fc.record({
          images: text,
          limit: fc.integer({ min: 1, max: 999 }),
          preprocess: fc.constant('unit'),
        }, { requiredKeys: ['images'] }),
        evaluation: fc.record({ npz: text, labels: text, metric: fc.constantFrom('top1', 'agreement') }, {
          requiredKeys: ['npz'],
        }),
      }, { requiredKeys: [] }),
      goal: fc.record({ maxDrop: fc.double({ min: 0, max: 9, noNaN: true }) }, { requiredKeys: [] }),
      seed: fc.nat(),
      steps: fc.array(fc.oneof(
        fc.constant({ name: 'fold', options: {} }),
        options.map((o) => ({ name: 'quantize', options: o })),
      ), { minLength: 1, maxLength: 3 }),
    }, { requiredKeys: ['version', 'model', 'steps'] });
    fc.assert(fc.property(recipes, text, (recipe, comment) => {
      const parsed = parseRecipe(formatRecipe(recipe, { head: comment, goal: comment, steps: [comment] }));
      expect(parsed.problems).toEqual([]);
      expect(parsed.recipe).toEqual(recipe);
    }), { numRuns: 300 });
  });
});
