import { expect, it } from 'vitest';
import { predictionText } from './figures.ts';

it('promises no more than is predicted', () => {
  const predicted = { sizeBytes: 100, originalBytes: 100, latencyRatio: null, basis: '' };
  expect(predictionText(predicted)).toBe('100 B → 100 B, speed measured at the end');
  expect(predictionText({ ...predicted, latencyRatio: 1.02 })).toBe('100 B → 100 B, about as fast');
  expect(predictionText({ ...predicted, latencyRatio: 0.5 })).toBe('100 B → 100 B, about 2.00x slower');
  expect(predictionText({ ...predicted, sizeBytes: 25, latencyRatio: 1.5 }))
    .toBe('100 B → 25 B, 4.00x smaller, about 1.50x faster');
});
