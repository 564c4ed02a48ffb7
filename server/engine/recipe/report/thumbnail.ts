/** Small pictures of samples for the report, as data URIs. */

import { stat, readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Dataset } from '../../data/dataset.ts';
import { pictureExtensions, readPicture, withChannels } from '../../data/pictures/picture.ts';
import { resizePicture } from '../../data/pictures/resize.ts';
import type { DataSource } from '../../data/source-schema.ts';
import { encodePng } from './encode-png.ts';

/** Files up to this size go into the report as they are. */
const smallFileBytes = 12_000;
/** Length of the longer side of a larger one, in pixels. */
const side = 96;

/** A picture of sample `index`; undefined when the data are no pictures, or the file has gone. */
export async function thumbnail(
  dataset: Dataset,
  index: number,
  source: DataSource,
  baseDir: string,
): Promise<string | undefined> {
  if (source.images === undefined) return undefined;
  const path = resolve(baseDir, source.images, dataset.id(index));
  const extension = extname(path).toLowerCase();
  if (!pictureExtensions.includes(extension)) return undefined;
  try {
    if ((await stat(path)).size <= smallFileBytes) {
      const type = extension === '.png' ? 'image/png' : 'image/jpeg';
      return `data:${type};base64,${(await readFile(path)).toString('base64')}`;
    }
    const picture = await readPicture(path);
    const scale = side / Math.max(picture.width, picture.height);
    const size = (length: number): number => Math.max(1, Math.round(length * scale));
    const small = resizePicture(picture, size(picture.width), size(picture.height), 'box');
    return `data:image/png;base64,${encodePng(withChannels(small, 3)).toString('base64')}`;
  } catch {
    // A report without one of its pictures is still a report.
    return undefined;
  }
}
