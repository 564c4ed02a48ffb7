/** The step `prune`. */

import type { Pass } from '../pass.ts';
import { channelWay } from './channels/channel-way.ts';
import { lowRankWay } from './low-rank/low-rank-way.ts';
import { pruneOptions, type PruneMethod, type PruneOptions } from './options.ts';
import { sparseWay, storesSparse } from './sparse/sparse-way.ts';
import type { PruneWay } from './way.ts';

const ways: Readonly<Record<PruneMethod, PruneWay>> = {
  channels: channelWay,
  unstructured: sparseWay,
  'n:m': sparseWay,
  block: sparseWay,
  'low-rank': lowRankWay,
};

export const prunePass: Pass<PruneOptions> = {
  name: 'prune',
  summary: 'Removes channels, single weights or ranks: the file shrinks, and with channels and ranks the work too.',
  options: pruneOptions,
  storesZeros: storesSparse,
  plan: (model, options, target) => ways[options.method].plan(model, options, target),
  apply: (model, options, context) => ways[options.method].apply(model, options, context),
};
