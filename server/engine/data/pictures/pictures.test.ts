import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Filter } from '../preprocess/schema.ts';
import { flipPicture, readPicture, windowOf, withChannels, type Picture } from './picture.ts';
import { resizePicture } from './resize.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** SHA-256 of the pixels that Pillow makes of the same files (fixtures/make.py). */
const expected = JSON.parse(readFileSync(fixture('pictures.json'), 'utf8')) as {
  decoded: Record<string, { rgb: string; grey: string }>;
  resized: { filter: Filter; width: number; height: number; rgb: string }[];
};

const sha = ({ data }: Picture): string => createHash('sha256').update(data).digest('hex');

describe('pictures', () => {
  it.each(Object.entries(expected.decoded))('%s has the pixels that Pillow sees', async (name, { rgb, grey }) => {
    const picture = await readPicture(fixture(name));
    expect([picture.width, picture.height]).toEqual([61, 47]);
    expect(sha(withChannels(picture, 3))).toBe(rgb);
    expect(sha(withChannels(picture, 1))).toBe(grey);
  });

  it.each(expected.resized)('$filter to $width x $height has the pixels that Pillow makes', async (wanted) => {
    const picture = withChannels(await readPicture(fixture('baseline.jpg')), 3);
    const resized = resizePicture(picture, wanted.width, wanted.height, wanted.filter);
    expect(sha(resized)).toBe(wanted.rgb);
  });

  it('mixes two neighbours a side where `linear` shrinks, whatever lies between', () => {
    const row = { width: 8, height: 1, channels: 1, data: Uint8Array.from([0, 10, 20, 200, 100, 50, 60, 90]) };
    // Centres at 1.5 and 5.5 of 8 pixels: between pixels 1 and 2, 5 and 6.
    expect([...resizePicture(row, 2, 1, 'linear').data]).toEqual([15, 55]);
  });

  it('refuses what it cannot read, with the reason', async () => {
    await expect(readPicture(fixture('cmyk.jpg'))).rejects.toMatchObject({ code: 'DATA', message: /CMYK/ });
    await expect(readPicture(fixture('cut-off.jpg'))).rejects.toMatchObject({ code: 'DATA', message: /cut off/ });
    await expect(readPicture(fixture('arrays.json'))).rejects.toMatchObject({ code: 'DATA', message: /neither/ });
    await expect(readPicture(fixture('absent.jpg'))).rejects.toMatchObject({ code: 'FILE' });
    // A refused picture leaves the decoder fit for the next.
    expect((await readPicture(fixture('baseline.jpg'))).width).toBe(61);
  });

  it('cuts windows that reach beyond the picture', () => {
    const picture = { width: 2, height: 2, channels: 1, data: Uint8Array.from([1, 2, 3, 4]) };
    expect([...windowOf(picture, -1, -1, 3, 3, 9).data]).toEqual([9, 9, 9, 9, 1, 2, 9, 3, 4]);
    expect([...windowOf(picture, 1, 0, 1, 2).data]).toEqual([2, 4]);
    expect([...windowOf(picture, 5, 0, 1, 2, 7).data]).toEqual([7, 7]);
    expect([...flipPicture(picture).data]).toEqual([2, 1, 4, 3]);
  });
});
