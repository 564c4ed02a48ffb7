import { expect, it } from 'vitest';
import { decodePng } from '../../data/pictures/png.ts';
import { withChannels } from '../../data/pictures/picture.ts';
import { encodePng } from './encode-png.ts';

it.each([1, 3, 4] as const)('writes what a PNG decoder reads back, with %d channels', (channels) => {
  const picture = {
    width: 5,
    height: 3,
    channels,
    data: Uint8Array.from({ length: 15 * channels }, (_, i) => (i * 37) % 256),
  };
  const decoded = decodePng(encodePng(picture));
  expect([decoded.width, decoded.height]).toEqual([5, 3]);
  expect(Uint8Array.from(withChannels(decoded, channels).data)).toEqual(picture.data);
});
