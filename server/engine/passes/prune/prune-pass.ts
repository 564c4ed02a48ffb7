/** The step `prune`. */

import type { Pass } from '../pass.ts';
import { channelWay } from './channels/channel-way.ts';
import { pruneOptions, type PruneMethod, type PruneOptions } from './options.ts';
import { sparseWay } from './sparse/sparse-way.ts';
import type { PruneWay } from './way.ts';

const ways: Readonly<Record<PruneMethod, PruneWay>> = {
  channels: channelWay,
  unstructured: sparseWay,
  'n:m': sparseWay,
  block: sparseWay,
};

export const prunePass: Pass<PruneOptions> = {
  name: 'prune',
  summary: 'Removes channels or single weights: the file shrinks, and with channels the work too.',
  options: pruneOptions,
  plan: (model, options, target) => ways[options.method].plan(model, options, target),
  apply: (model, options, context) => ways[options.method].apply(model, options, context),
};
