import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeSmallFloats } from '../../tensor/float-formats.ts';
import { parseNpy, parseNpz } from './npy.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));

/** The arrays as NumPy prints them (fixtures/make.py). */
const expected = JSON.parse(new TextDecoder().decode(fixture('arrays.json'))) as Record<
  string,
  { dims: number[]; values: (number | string | boolean)[] }
>;

describe('NumPy files', () => {
  it.each(['stored.npz', 'deflated.npz'])('%s holds the arrays that NumPy wrote', (file) => {
    const arrays = parseNpz(fixture(file), file);
    expect([...arrays.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { dims, values }] of Object.entries(expected)) {
      const array = arrays.get(name)!;
      expect(array.dims).toEqual(dims);
      const data = array.dtype === 'float16' ? decodeSmallFloats('float16', array.data as Uint16Array) : array.data;
      const plain = Array.from(data as ArrayLike<unknown>,
        (value) => (typeof value === 'bigint' ? Number(value) : value));
      expect(plain).toEqual(values.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
    }
    expect(arrays.get('big_endian')!.dtype).toBe('int32');
    expect(arrays.get('fortran')!.dtype).toBe('int64');
    expect(arrays.get('bool')!.dtype).toBe('bool');
    expect(arrays.get('words')!.dtype).toBe('string');
  });

  it('refuses what it cannot read, with what to do', () => {
    expect(() => parseNpy(fixture('objects.npy'), 'a')).toThrow(expect.objectContaining({
      code: 'DATA', message: expect.stringContaining('Python objects') as string, fix: expect.any(String) as string,
    }));
    expect(() => parseNpy(fixture('arrays.json'), 'a')).toThrow(expect.objectContaining({ code: 'DATA' }));
    expect(() => parseNpz(fixture('arrays.json'), 'a')).toThrow(expect.objectContaining({ code: 'DATA' }));
  });

  it('notices an array that is cut off anywhere', () => {
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + '\n';
    const whole = new Uint8Array(10 + text.length + 24);
    whole.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
    whole.set(new TextEncoder().encode(text), 10);
    expect(parseNpy(whole, 'a').dims).toEqual([2, 3]);
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseNpy(whole.subarray(0, length), 'a')).toThrow(expect.objectContaining({ code: 'DATA' }));
    }
  });
});
