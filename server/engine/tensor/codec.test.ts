import { describe, expect, it } from 'vitest';
import { nativeView } from './codec.ts';

describe('nativeView', () => {
  // 1.5 as float32 and 258 as int64, little-endian.
  const float = [0x00, 0x00, 0xc0, 0x3f];
  const integer = [0x02, 0x01, 0, 0, 0, 0, 0, 0];

  it.each([0, 1, 2, 3, 5, 7])('reads a Node Buffer that starts %i bytes after a multiple of 8', (offset) => {
    const shifted = (bytes: readonly number[]): Uint8Array => {
      const buffer = Buffer.from(new ArrayBuffer(offset + bytes.length), offset);
      buffer.set(bytes);
      return buffer;
    };
    expect([...nativeView('float32', shifted(float), 1)]).toEqual([1.5]);
    expect([...nativeView('int64', shifted(integer), 1)]).toEqual([258n]);
  });
});
