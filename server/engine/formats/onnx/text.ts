/**
 * Protobuf `string` fields. They should be UTF-8 but in the wild are not always: bytes that are no UTF-8 become lone
 * surrogates U+DC80 to U+DCFF (the idea of Python's `surrogateescape`, PEP 383), so that every name is a JavaScript
 * string, different names stay different, and writing gives the very same bytes.
 */

import { isUtf8 } from 'node:buffer';

const escapeBase = 0xdc00;
const loneSurrogate = /\p{Surrogate}/u;

/** The same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The text that `bytes` are in UTF-8, or undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? asBuffer(bytes).toString('utf8') : undefined;
}

/** Text of a `string` field; never fails. */
export function decodeText(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeDamaged(bytes);
}

function decodeDamaged(bytes: Uint8Array): string {
  let text = '';
  let position = 0;
  while (position < bytes.length) {
    const length = validLength(bytes, position);
    if (length === 0) {
      text += String.fromCharCode(escapeBase + bytes[position]!);
      position += 1;
    } else {
      text += asBuffer(bytes.subarray(position, position + length)).toString('utf8');
      position += length;
    }
  }
  return text;
}

/** Length of the valid UTF-8 character at `position`; 0 when there is none. */
function validLength(bytes: Uint8Array, position: number): number {
  for (let length = 1; length <= 4 && position + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(position, position + length))) return length;
  }
  return 0;
}

/** The bytes of a `string` field: the inverse of `decodeText`. Other lone surrogates become U+FFFD. */
export function encodeText(text: string): Uint8Array {
  if (!loneSurrogate.test(text)) return Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const escaped = code >= escapeBase + 0x80 && code <= escapeBase + 0xff;
    parts.push(escaped ? Uint8Array.of(code - escapeBase) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** `encodeText(text).byteLength`, without encoding where it can. */
export function encodedTextLength(text: string): number {
  return loneSurrogate.test(text) ? encodeText(text).byteLength : Buffer.byteLength(text, 'utf8');
}
