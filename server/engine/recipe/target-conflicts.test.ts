import { expect, it } from 'vitest';
import { findTarget } from '../targets/registry.ts';
import { conflictNotes, targetConflicts } from './target-conflicts.ts';

it('finds what steps and their rules ask of a target in vain, with the places', () => {
  const steps = [
    { name: 'fold', options: {} },
    {
      name: 'quantize',
      options: {
        scheme: 'int8',
        symmetric: false,
        layers: [{ match: 'a', keep: 'float' }, { match: 'b', activations: 'uint16' }],
      },
    },
    { name: 'quantize', options: null },
  ];
  const target = findTarget('tensorrt');
  expect(targetConflicts(steps, target).map(({ path }) => path.join('/'))).toEqual([
    'steps/1/quantize/symmetric',
    'steps/1/quantize/layers/1/activations',
  ]);
  expect(conflictNotes(steps, target)).toContainEqual({
    severity: 'warning',
    message: 'tensorrt needs activations that are centred on zero. Leave "symmetric" out.',
  });
  expect(targetConflicts(steps, findTarget('qnn-htp'))).toEqual([]);
  // int8 is what a step does that does not name its scheme.
  expect(targetConflicts([{ name: 'quantize', options: {} }], findTarget('coreml'))).toMatchObject([
    { code: 'LTH1012', severity: 'warning', path: ['steps', 0, 'quantize', 'scheme'] },
  ]);
});
