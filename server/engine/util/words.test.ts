import { describe, expect, it } from 'vitest';
import {
  bytesInWords, changeInWords, countInWords, durationInWords, metricInWords, plural, ratioInWords,
} from './words.ts';

describe('figures in words', () => {
  it.each([[0, '0 B'], [999, '999 B'], [1000, '1.00 kB'], [4_955_097, '4.96 MB'], [26_454, '26.5 kB'],
    [999_600, '1.00 MB'], [2_000_000_000, '2.00 GB'], [123_456_789, '123 MB']])('%d bytes are %s', (bytes, text) => {
    expect(bytesInWords(bytes)).toBe(text);
  });

  it.each([[0.0123, '12.3 µs'], [0.85, '850 µs'], [5, '5.00 ms'], [12.34, '12.3 ms'], [4200, '4.20 s'],
    [200_000, '3 min 20 s'], [59_999, '60.0 s']])('%d ms are %s', (ms, text) => {
    expect(durationInWords(ms)).toBe(text);
  });

  it('shows metrics in their own unit', () => {
    expect(metricInWords('top1', 0.594)).toBe('59.4 %');
    expect(metricInWords('sqnr', 38.21)).toBe('38.2 dB');
    expect(metricInWords('sqnr', Infinity)).toBe('exact');
    expect(metricInWords('cosine', 0.99871)).toBe('0.9987');
    expect(metricInWords('perplexity', 3.6123)).toBe('3.612');
    expect(metricInWords('mse', 0.00001234)).toBe('1.23e-5');
    expect(changeInWords('top1', -0.002)).toBe('-0.2 points');
    expect(changeInWords('perplexity', 0.5)).toBe('+0.5000');
  });

  it('counts', () => {
    expect(countInWords(1_235_496)).toBe('1.24 M');
    expect(countInWords(12)).toBe('12');
    expect(ratioInWords(3.7151)).toBe('3.72x');
    expect(plural(1, 'layer')).toBe('1 layer');
    expect(plural(0, 'layer')).toBe('0 layers');
  });
});
