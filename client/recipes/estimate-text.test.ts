import { expect, it } from 'vitest';
import { estimateText } from './estimate-text.ts';

const predicted = { sizeBytes: 100_000, originalBytes: 400_000, latencyRatio: null, basis: 'The structure.' };

it('lists the layers that change', () => {
  const layers = [
    { name: 'a|b', opType: 'Conv', action: 'int8', bytesBefore: 4000, bytesAfter: 1000 },
    { name: 'same', opType: 'Relu', action: 'unchanged', bytesBefore: 0, bytesAfter: 0 },
  ];
  const text = estimateText('m.lathe.yaml', { predicted, layers, notes: ['Watch out.'] });
  expect(text).toContain('| a\\|b (Conv) | int8 | 4.00 kB | 1.00 kB |');
  expect(text).not.toContain('same');
  expect(text).toContain('- Watch out.');
  expect(text).toContain('Estimated, nothing was run. The structure.');
});

it('says so when nothing changes', () => {
  expect(estimateText('m', { predicted, layers: [], notes: [] })).toContain('No layer changes its size.');
});
