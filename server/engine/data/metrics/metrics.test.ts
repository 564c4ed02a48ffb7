import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSmallFloats } from '../../tensor/float-formats.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { Label, Sample } from '../dataset.ts';
import { comparePaired } from './compare-paired.ts';
import { createMetric, type MetricOptions } from './create-metric.ts';
import type { MetricName } from './metric-schema.ts';
import { byClass, type MetricResult } from './metric.ts';
import { decodeCtc, levenshtein } from './text-recognition.ts';

const floats = (dims: readonly number[], values: readonly number[]): TensorValue =>
  ({ dtype: 'float32', dims, data: Float32Array.from(values) });

interface Case {
  readonly label?: Label;
  readonly output: TensorValue;
  readonly reference?: TensorValue;
}

function measure(name: MetricName, cases: readonly Case[], options: MetricOptions = {}): MetricResult {
  const run = createMetric(name, options).run();
  for (const [i, { label, output, reference }] of cases.entries()) {
    const sample: Sample = { id: String(i), feeds: {}, ...(label !== undefined && { label }) };
    run.add(sample, { out: output }, reference && { out: reference });
  }
  return run.result();
}

const scores = (values: readonly number[]): TensorValue => floats([1, values.length], values);

describe('accuracy', () => {
  const cases: Case[] = [
    { label: 2, output: scores([0, 1, 5, 2, 3, 4]) },
    { label: 0, output: scores([0, 1, 5, 2, 3, 4]) },
    { label: 1, output: scores([0, 1, 5, 2, 3, 4]) },
  ];

  it('counts the classes with higher scores', () => {
    expect(measure('top1', cases)).toMatchObject({ value: 1 / 3, samples: 3, rightOrWrong: true });
    expect([...measure('top5', cases).perSample]).toEqual([1, 0, 1]);
  });

  it('takes the earlier of equal scores, and trusts no NaN', () => {
    expect(measure('top1', [{ label: 0, output: scores([1, 1]) }]).value).toBe(1);
    expect(measure('top1', [{ label: 1, output: scores([1, 1]) }]).value).toBe(0);
    expect(measure('top1', [{ label: 0, output: scores([NaN, NaN]) }]).value).toBe(0);
  });

  it('reads half floats, single scores and class numbers', () => {
    const half: TensorValue = { dtype: 'float16', dims: [1, 3], data: encodeSmallFloats('float16', [-1, 2, 0.5]) };
    expect(measure('top1', [{ label: 1, output: half }]).value).toBe(1);
    expect(measure('top1', [{ label: 1, output: floats([1, 1], [0.7]) }]).value).toBe(1);
    expect(measure('top1', [{ label: 1, output: floats([1, 1], [0.7]) }], { threshold: 0.8 }).value).toBe(0);
    const said: TensorValue = { dtype: 'int64', dims: [1], data: BigInt64Array.of(4n) };
    expect(measure('top1', [{ label: 4, output: said }]).value).toBe(1);
  });

  it('refuses labels that are no classes of the model', () => {
    expect(() => measure('top1', [{ label: 7, output: scores([1, 2]) }])).toThrow(/class 7.*2 classes/);
    expect(() => measure('top1', [{ label: 'cat', output: scores([1, 2]) }])).toThrow(/needs a class/);
    expect(() => measure('top1', [])).toThrow(/no sample/);
    expect(() => measure('top1', [{ label: 0, output: scores([1, 2]) }], { output: 'ouf' })).toThrow(/mean "out"/);
  });

  it('reports by class', () => {
    const more = [...cases, { label: 2, output: scores([9, 1, 5, 2, 3, 4]) }];
    expect(byClass(measure('top1', more))).toEqual([
      { classIndex: 0, samples: 1, value: 0 },
      { classIndex: 1, samples: 1, value: 0 },
      { classIndex: 2, samples: 2, value: 0.5 },
    ]);
  });
});

describe('agreement with the original', () => {
  it('compares decisions, one a sample or one a place', () => {
    const one = measure('agreement', [{ output: scores([1, 2]), reference: scores([0, 9]) }]);
    expect(one).toMatchObject({ value: 1, rightOrWrong: true });
    // [1, 2 classes, 1, 3]: classes 1 0 1 against 1 1 1.
    const map = measure('agreement', [{
      output: floats([1, 2, 1, 3], [0, 5, 0, 1, 1, 1]),
      reference: floats([1, 2, 1, 3], [0, 0, 0, 1, 1, 1]),
    }]);
    expect(map.value).toBeCloseTo(2 / 3);
    // [1, 2 tokens, 3 words]: words 2 0 against 2 1.
    const words = measure('agreement', [{
      output: floats([1, 2, 3], [0, 1, 2, 5, 0, 0]),
      reference: floats([1, 2, 3], [0, 0, 1, 0, 5, 0]),
    }]);
    expect(words.value).toBe(0.5);
    const binary = [{ output: floats([1, 4], [0.4, 0.6, 0.5, 0]), reference: floats([1, 4], [0.6, 0.9, 0.5, 0.1]) }];
    expect(measure('binary', binary).value).toBe(0.75);
    expect(measure('iou', binary).value).toBeCloseTo(2 / 3);
  });

  it('measures distance', () => {
    const pair = [{ output: floats([2], [3, 4]), reference: floats([2], [4, 4]) }];
    expect(measure('mse', pair).value).toBe(0.5);
    expect(measure('mae', pair).value).toBe(0.5);
    expect(measure('sqnr', pair).value).toBeCloseTo(10 * Math.log10(32));
    expect(measure('cosine', pair).value).toBeCloseTo(28 / (5 * Math.sqrt(32)));
    const same = [{ output: floats([2], [0, 4]), reference: floats([2], [0, 4]) }];
    expect(measure('sqnr', same)).toMatchObject({ value: Infinity, ci95: [Infinity, Infinity] });
    expect(measure('cosine', [{ output: floats([1], [0]), reference: floats([1], [0]) }]).value).toBe(1);
    expect(() => measure('mse', [{ output: floats([2], [1, 2]), reference: floats([1], [1]) }])).toThrow(/differs/);
  });
});

describe('perplexity', () => {
  it('is the number of words a model without a clue hesitates between', () => {
    const result = measure('perplexity', [{ label: [3, 1, 4, 1], output: floats([1, 4, 7], new Array<number>(28)
      .fill(2)) }]);
    expect(result.value).toBeCloseTo(7);
  });

  it('is the same for logits, log-probabilities and probabilities', () => {
    const probabilities = [0.1, 0.2, 0.7, 0.5, 0.25, 0.25];
    const expected = Math.exp(-Math.log(0.2));
    for (const change of [(p: number) => p, Math.log, (p: number) => Math.log(p) + 5]) {
      const output = floats([1, 2, 3], probabilities.map((p) => change(p)));
      expect(measure('perplexity', [{ label: [0, 1], output }]).value).toBeCloseTo(expected, 5);
    }
  });

  it('refuses tokens that the model does not have', () => {
    expect(() => measure('perplexity', [{ label: [0, 9], output: floats([1, 2, 3], [1, 2, 3, 4, 5, 6]) }]))
      .toThrow(/token 9/);
    expect(() => measure('perplexity', [{ label: [0, 1], output: floats([1, 3], [1, 2, 3]) }])).toThrow(/logits/);
  });
});

describe('text', () => {
  const ctc = { dictionary: ['a', 'b'], blank: 0, space: undefined };
  const steps = (classes: readonly number[], count: number): TensorValue =>
    floats([1, classes.length, count], classes.flatMap((one) => Array.from({ length: count }, (_,
      c) => Number(c === one))));

  it('merges repeats, drops blanks, and knows the space', () => {
    const { data, dims } = steps([1, 1, 0, 1, 2, 2, 3, 2], 4);
    expect(decodeCtc(data as Float32Array, dims[1]!, 4, ctc)).toBe('aab b');
    expect(decodeCtc(data as Float32Array, dims[1]!, 4, { ...ctc, space: false })).toBe('aabb');
  });

  it('rates lines and characters', () => {
    const cases = [{ label: 'ab', output: steps([1, 2], 3) }, { label: 'abab', output: steps([1, 0, 2, 2], 3) }];
    expect(measure('exact', cases, { ctc }).value).toBe(0.5);
    expect(measure('cer', cases, { ctc }).value).toBeCloseTo(2 / 6);
    expect(() => measure('exact', cases)).toThrow(/No text/);
  });

  it('counts edits as the definition says', () => {
    const distance = (a: string[], b: string[]): number => {
      if (a.length === 0 || b.length === 0) return a.length + b.length;
      const rest = distance(a.slice(1), b.slice(1));
      return a[0] === b[0] ? rest : 1 + Math.min(rest, distance(a.slice(1), b), distance(a, b.slice(1)));
    };
    const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 });
    fc.assert(fc.property(word, word, (a, b) => {
      expect(levenshtein(a, b)).toBe(distance(a, b));
    }));
  });
});

describe('comparisons', () => {
  const answers = (right: readonly number[]): MetricResult =>
    measure('top1', right.map((one) => ({ label: 1, output: scores(one ? [0, 1] : [1, 0]) })));

  it('pairs right and wrong answers', () => {
    const comparison = comparePaired(answers([1, 1, 1, 0, 0]), answers([1, 0, 1, 1, 0]));
    expect(comparison).toMatchObject({ difference: 0, better: 1, worse: 1, equal: 3, pValue: 1, method: 'newcombe' });
    const worse = comparePaired(answers([1, 1, 1, 1]), answers([0, 0, 0, 1]));
    expect(worse.difference).toBe(-0.75);
    expect(worse.ci95[0]).toBeLessThan(-0.75);
    expect(worse.ci95[1]).toBeLessThan(0.2);
  });

  it('is far narrower than two unpaired intervals where models err alike', () => {
    const first = Array.from({ length: 200 }, (_, i) => Number(i % 5 !== 0));
    const second = first.map((right, i) => (i === 7 ? 1 - right : right));
    const { ci95 } = comparePaired(answers(first), answers(second));
    expect(ci95[1] - ci95[0]).toBeLessThan(0.05);
    const [low, high] = answers(first).ci95;
    expect(high - low).toBeGreaterThan(0.1);
  });

  it('pairs any other figure, and knows which way is better', () => {
    const errors = (values: readonly number[]): MetricResult =>
      measure('mse', values.map((value) => ({ output: floats([1], [value]), reference: floats([1], [0]) })));
    const comparison = comparePaired(errors([1, 2, 3]), errors([0, 2, 4]));
    expect(comparison).toMatchObject({ better: 1, worse: 1, equal: 1, method: 'bootstrap' });
    expect(comparison.difference).toBeCloseTo((0 + 4 + 16 - 1 - 4 - 9) / 3);
    expect(comparison.ci95[0]).toBeLessThan(0);
    expect(comparison.pValue).toBeUndefined();
    expect(() => comparePaired(errors([1]), errors([1, 2]))).toThrow(/same samples/);
  });

  it('sees no difference between two exact results', () => {
    const exact = measure('sqnr', [{ output: floats([1], [1]), reference: floats([1], [1]) }]);
    expect(comparePaired(exact, exact)).toMatchObject({ difference: 0, ci95: [0, 0] });
  });
});
