/** `images:` a folder of pictures, with labels from its sub-folders or from a file. */

import { LatheError } from '../../errors.ts';
import { Random } from '../../util/random.ts';
import { isBoxes, type ModelInput } from '../dataset.ts';
import { PictureCache } from '../pictures/picture-cache.ts';
import { pictureExtensions, readPicture, withChannels } from '../pictures/picture.ts';
import { arrange, type Augmentation } from '../preprocess/arrange.ts';
import { pictureInput } from '../preprocess/input-form.ts';
import { channelCount, planPreprocess } from '../preprocess/plan.ts';
import { tensorMaker } from '../preprocess/to-tensor.ts';
import type { SampleSource } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import { labelledFiles, type FileEntry } from './labelled-files.ts';
import type { OpenOptions } from './open-options.ts';

/** @throws LatheError `FILE` or `DATA` */
export async function openImages(
  source: DataSource & { readonly images: string },
  inputs: readonly ModelInput[],
  options: OpenOptions,
): Promise<SampleSource<FileEntry>> {
  const { preprocess, augment = [] } = source;
  const layout = typeof preprocess === 'object' ? preprocess.layout : undefined;
  const plan = planPreprocess(preprocess, pictureInput(inputs, source.input, layout));
  const files = await labelledFiles(source.images, pictureExtensions, 'pictures', source, options);
  if (augment.length > 0 && files.entries.some(({ label }) => isBoxes(label))) {
    throw new LatheError('DATA', '"augment" moves pictures but not the boxes in their labels.', {
      fix: 'Take "augment" out.',
    });
  }
  const makeTensor = tensorMaker(plan);
  const order = new Map(files.entries.map(({ id }, i) => [id, i]));
  const decode = async (path: string) => withChannels(await readPicture(path), channelCount(plan.channels));
  const cache = new PictureCache(decode);
  const means = plan.mean.map((mean) => mean / plan.scale);
  // Pictures are RGB until they become tensors.
  const ground = plan.channels === 'BGR' ? means.toReversed() : means;
  return {
    description: `${files.entries.length} pictures of "${files.name}", ${plan.description}`,
    notes: [...plan.notes, ...files.notes],
    ...(files.classNames && { classNames: files.classNames }),
    entries: files.entries,
    ...(augment.length > 0 && { augment }),
    async read({ id, path }, { epoch }) {
      // A training run comes back to every picture, and decoding takes longer than all the rest.
      const picture = await (epoch === undefined ? decode(path) : cache.read(path));
      const augmentation: Augmentation | undefined = epoch === undefined || augment.length === 0 ? undefined : {
        random: new Random(options.seed, epoch, order.get(id)!),
        flip: augment.includes('flip'),
        crop: augment.includes('crop'),
        ...(augment.includes('cutout') && { cutout: ground }),
      };
      const arranged = arrange(picture, plan.geometry, augmentation);
      return { feeds: { [plan.input]: makeTensor(arranged.picture) }, geometry: arranged.geometry };
    },
  };
}
