import { describe, expect, it } from 'vitest';
import { Tensor, type TensorStorage } from './tensor.ts';

describe('Tensor', () => {
  it('reads its numbers as the type says', () => {
    const tensor = Tensor.from('t', 'int4', [3], [-8, 7, 1]);
    expect(tensor.byteLength).toBe(2);
    expect(tensor.bytes()).toEqual(Uint8Array.of(0x78, 0x01));
    expect(tensor.values()).toEqual(Int8Array.of(-8, 7, 1));
    expect(tensor.toFloat32()).toEqual(Float32Array.of(-8, 7, 1));
  });

  it.each(['float32', 'float16', 'bfloat16', 'float8e4m3fn', 'float4e2m1', 'float64', 'int64', 'uint8'] as const)(
    'gives the numbers of %s, not their bits',
    (dtype) => {
      expect(Tensor.from('t', dtype, [2], [1, 3]).toNumbers()).toEqual([1, 3]);
    },
  );

  it('is read from its storage only when asked, and not kept', () => {
    let reads = 0;
    const storage: TensorStorage = {
      byteLength: 4,
      read: () => {
        reads += 1;
        return Uint8Array.of(0, 0, 0x80, 0x3f);
      },
    };
    const tensor = new Tensor({ name: 't', dtype: 'float32', dims: [1], storage });
    const renamed = tensor.withName('u').withDims([]);
    expect([reads, renamed.size, renamed.byteLength]).toEqual([0, 1, 4]);
    expect([...renamed.toFloat32(), reads]).toEqual([1, 1]);
    expect([...tensor.toFloat32(), reads]).toEqual([1, 2]);
  });

  it('names the tensor whose bytes are too few', () => {
    const tensor = Tensor.fromBytes('short', 'float32', [2, 3], new Uint8Array(20));
    expect(() => tensor.bytes()).toThrow('"short" of shape [2, 3] (float32) needs 24 bytes but has 20');
  });

  it('refuses as many values as its shape does not have', () => {
    expect(() => Tensor.from('t', 'float32', [2, 2], [1, 2, 3])).toThrow('3 values for the shape [2, 2] of "t"');
  });

  it('keeps what stands beside the numbers under a new name', () => {
    const metadata = new Map([['k', 'v']]);
    const storage: TensorStorage = { byteLength: 0, read: () => new Uint8Array(0) };
    const strings = [Uint8Array.of(1, 2, 3)];
    const tensor = new Tensor({ name: 't', dtype: 'string', dims: [1], storage, strings, docString: '', metadata });
    const renamed = tensor.withName('u');
    expect(renamed).toMatchObject({ name: 'u', dtype: 'string', strings, docString: '', metadata, byteLength: 3 });
    expect(tensor.withName('t')).toBe(tensor);
  });

  it('takes a view of a larger buffer as it is', () => {
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(Tensor.fromBytes('t', 'float32', [2], values).toFloat32()).toEqual(Float32Array.of(1, 2));
  });
});
