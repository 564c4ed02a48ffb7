import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dim } from '../types.ts';
import { bothDims, bothShapes, broadcast, countOf, eitherShape, quotient, type Shape } from './dims.ts';

/** A length and what is known of it: the number, a symbol for it, or nothing. */
interface Masked {
  readonly actual: number;
  readonly known: Dim;
}

/** Equal symbols stand for equal lengths: they are named for them. */
const masked = (actual: fc.Arbitrary<number>): fc.Arbitrary<Masked> =>
  fc.tuple(actual, fc.constantFrom('number', 'symbol', 'unknown')).map(([n, how]) => ({
    actual: n,
    known: how === 'number' ? n : how === 'symbol' ? `is${n}` : null,
  }));

const actualOf = (shape: readonly Masked[]): number[] => shape.map((d) => d.actual);
const knownOf = (shape: readonly Masked[]): Dim[] => shape.map((d) => d.known);

/** Whether what is known of a dimension is true of its length. */
const holds = (known: Dim | undefined, actual: number): boolean =>
  known === null || known === actual || known === `is${actual}`;

/** NumPy's broadcasting of two dimensions. */
const stretch = (a: number, b: number): number => (a === 1 ? b : a);

describe('broadcast', () => {
  const pair = fc.integer({ min: 0, max: 4 }).chain((length) => fc.tuple(
    masked(fc.constantFrom(1, length)),
    masked(fc.constantFrom(1, length)),
  ));

  it('says only what is true, whatever is known of the shapes', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 4 }), fc.nat(4), (dims, cut) => {
        const left = dims.map(([a]) => a);
        const right = dims.map(([, b]) => b).slice(cut);
        const lead = left.length - right.length;
        const actual = actualOf(left).map((a, i) => (i < lead ? a : stretch(a, right[i - lead]!.actual)));
        const out = broadcast([knownOf(left), knownOf(right)], () => {
          throw new Error('These shapes fit.');
        });
        expect(out?.length).toBe(actual.length);
        expect(out?.every((d, i) => holds(d, actual[i]!))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[Shape[], Shape | undefined]>([
    [[[2, 1, 3], [4, 1]], [2, 4, 3]],
    [[['n', 3], [1]], ['n', 3]],
    [[['n', 1], ['n', 5]], ['n', 5]],
    [[['n'], ['m']], [null]],
    [[['n'], [7]], [7]],
    [[[null], [1]], [null]],
    [[[null], [7]], [7]],
    [[[0], [1]], [0]],
    [[[], []], []],
  ])('gives for %j: %j', (shapes, out) => {
    expect(broadcast(shapes)).toEqual(out);
  });

  it('tells of lengths that do not fit, and leaves them open', () => {
    let conflicts = 0;
    expect(broadcast([[2, 3], [2, 4]], () => conflicts++)).toEqual([2, null]);
    expect(conflicts).toBe(1);
  });

  it('knows nothing when one rank is unknown', () => {
    expect(broadcast([[2], undefined])).toBeUndefined();
  });
});

describe('quotient', () => {
  it('is the missing length of a reshape, or unknown', () => {
    const length = masked(fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(fc.array(length, { maxLength: 5 }), fc.nat(), (dims, seed) => {
        // Any split of the dimensions: the second part makes up the target, the first is what is missing.
        const target = dims.filter((_, i) => (seed >> i) & 1);
        const missing = actualOf(dims).reduce((x, y) => x * y, 1) / actualOf(target).reduce((x, y) => x * y, 1);
        expect(holds(quotient(knownOf(dims), knownOf(target)), missing)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[Shape, Shape, Dim]>([
    [[2, 3, 4], [6], 4],
    [['n', 12, 64], ['n'], 768],
    [['n', 12, 64], [768], 'n'],
    [['n', 12, 64], [64], null],
    [['n', 'm'], ['n'], 'm'],
    [['n'], ['m'], null],
    [[null, 4], [2], null],
    [[3, 5], [2], null],
    [[0, 5], [5], 0],
    [[4], [0], null],
  ])('of %j by %j is %j', (numerator, denominator, out) => {
    expect(quotient(numerator, denominator)).toEqual(out);
  });
});

describe('two descriptions', () => {
  it('that both hold give the more telling one', () => {
    expect(bothShapes([null, 'n', 3], [4, 3, null])).toEqual([4, 3, 3]);
    expect(bothDims('n', 'm')).toBe('n');
    expect(bothDims(3, 4)).toBeNull();
    expect(bothShapes([1], [1, 1])).toBeUndefined();
  });

  it('of which one holds give what they share', () => {
    expect(eitherShape([2, 'n', 3], [2, 'n', 4])).toEqual([2, 'n', null]);
    expect(eitherShape([2], [2, 3])).toBeUndefined();
  });
});

it('counts elements as far as they are known', () => {
  expect(countOf([])).toBe(1);
  expect(countOf([2, 'n', 1])).toBeNull();
  expect(countOf(['n', 1])).toBe('n');
  expect(countOf([null, 0])).toBe(0);
});
