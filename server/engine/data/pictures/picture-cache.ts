/** Decoded pictures of a training run, as many as fit. */

import type { Picture } from './picture.ts';

/** 256 pictures of a megapixel, or 87,000 of 32 x 32. */
const defaultLimitBytes = 768_000_000;

export class PictureCache {
  private readonly decode: (path: string) => Promise<Picture>;
  private readonly kept = new Map<string, Picture>();
  private left: number;

  constructor(decode: (path: string) => Promise<Picture>, limitBytes = defaultLimitBytes) {
    this.decode = decode;
    this.left = limitBytes;
  }

  /**
   * The picture in a file. What came first stays: every epoch asks for all pictures, each once, so that any other rule
   * would drop each one before it is wanted again.
   */
  async read(path: string): Promise<Picture> {
    const known = this.kept.get(path);
    if (known) return known;
    const picture = await this.decode(path);
    const bytes = picture.data.byteLength;
    if (bytes <= this.left && !this.kept.has(path)) {
      this.left -= bytes;
      this.kept.set(path, picture);
    }
    return picture;
  }
}
