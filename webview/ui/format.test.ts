import { expect, it } from 'vitest';
import { fileName, percent, significant } from './format.ts';

it.each([
  [0, '0'], [0.012345, '0.0123'], [-1.5, '-1.5'], [1234567, '1230000'], [1.23456e-7, '1.23e-7'], [NaN, 'NaN'],
  [-Infinity, '-inf'], [2.5e9, '2.50e+9'],
])('writes %d with three digits', (value, words) => {
  expect(significant(value)).toBe(words);
});

it('does not round a little to nothing', () => {
  expect([0, 0.0001, 0.123, 1].map(percent)).toEqual(['0.0 %', '<0.1 %', '12.3 %', '100.0 %']);
});

it('takes the last part of paths of any system', () => {
  expect(['/a/b.onnx', 'C:\\a\\b.onnx', 'b.onnx'].map(fileName)).toEqual(['b.onnx', 'b.onnx', 'b.onnx']);
});
