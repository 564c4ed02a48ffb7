import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, decodeUtf8, encodedTextLength, encodeText } from './text.ts';

const codePoint = fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
const wellFormed = fc.array(codePoint, { maxLength: 30 }).map((codes) => String.fromCodePoint(...codes));

describe('text of string fields', () => {
  it('is UTF-8, a byte order mark included', () => {
    expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\uFEFFa');
    expect(decodeText(Uint8Array.of(0xf0, 0x9f, 0x98, 0x80))).toBe('😀');
  });

  it('keeps bytes that are no UTF-8 as lone surrogates', () => {
    expect(decodeText(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0x80))).toBe('a\uDCFFé\uDC80');
    expect(decodeUtf8(Uint8Array.of(0xff))).toBeUndefined();
  });

  it('treats surrogates encoded as UTF-8 as bytes', () => {
    expect(decodeText(Uint8Array.of(0xed, 0xb2, 0x80))).toBe('\uDCED\uDCB2\uDC80');
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = decodeText(bytes);
        expect([...encodeText(text)]).toEqual([...bytes]);
        expect(encodedTextLength(text)).toBe(bytes.length);
      }),
    );
  });

  it('gives different text for different bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (a, b) => {
        expect(decodeText(a) === decodeText(b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  it('agrees with the platform on well-formed text', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(Buffer.from(encodeText(text)).equals(Buffer.from(text, 'utf8'))).toBe(true);
        expect(decodeText(Buffer.from(text, 'utf8'))).toBe(text);
      }),
    );
  });

  it('writes other lone surrogates as the replacement character', () => {
    expect(Buffer.from(encodeText('a\uD800')).toString('utf8')).toBe('a\uFFFD');
    expect(encodedTextLength('a\uD800')).toBe(4);
  });
});
