/**
 * Names that were read before. Every value's name stands in the file once for each of its uses: made once, the strings
 * take less memory, and maps compare and hash them faster.
 */

/** A power of two; a name drives out another one that has its place. */
const places = 1 << 16;

/** Longer text is documentation, which does not repeat. */
const longest = 200;

/** FNV-1a (Fowler, Noll and Vo). */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

export class KnownNames {
  private readonly names = new Array<string | undefined>(places).fill(undefined);
  private place = -1;

  /** The name that the `length` bytes from `start` on encode, where it was added before. */
  find(bytes: Uint8Array, start: number, length: number): string | undefined {
    this.place = -1;
    if (length > longest) return undefined;
    let hash = offsetBasis;
    for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i]!, prime);
    this.place = (hash ^ (hash >>> 15)) & (places - 1);
    const name = this.names[this.place];
    if (name?.length !== length) return undefined;
    // Bytes above 127 equal no code of the same length in UTF-8: such names are never found, and are made anew.
    for (let i = 0; i < length; i++) {
      const code = name.charCodeAt(i);
      if (code !== bytes[start + i] || code > 0x7f) return undefined;
    }
    return name;
  }

  /** Keeps the name that the last `find` did not. */
  add(name: string): void {
    if (this.place >= 0) this.names[this.place] = name;
  }
}
