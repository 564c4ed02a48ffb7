/** A network with fewer residual blocks. */

import { removeDead } from '../../model/dead-code.ts';
import type { Model } from '../../model/model.ts';
import { compareAll } from '../observe.ts';
import type { PassContext } from '../pass.ts';
import { residualBlocks, withoutBlocks, type ResidualBlock } from './residual-blocks.ts';

/** Samples that tell how much the outputs change without a block. */
const mostSamples = 32;

/** Networks compared side by side. */
const atOnce = 8;

/**
 * The model with `share` of its residual blocks. Those without which alone the outputs change least go first; without
 * data every second one goes, and so on, from the end of the network.
 */
export async function shallower(model: Model, share: number, context: PassContext): Promise<Model> {
  const blocks = residualBlocks(model);
  const count = blocks.length - Math.max(1, Math.round(share * blocks.length));
  if (count < 1) return model;
  const order = await leastFirst(model, blocks, context);
  const chosen = new Set(order.slice(0, count));
  const made = withoutBlocks(model, blocks.filter((block) => chosen.has(block)));
  removeDead(made.graph, made.irVersion);
  return made;
}

async function leastFirst(
  model: Model,
  blocks: readonly ResidualBlock[],
  context: PassContext,
): Promise<readonly ResidualBlock[]> {
  const data = context.calibration ?? context.training;
  if (!data) return [...blocks.keys()].sort((a, b) => a % 2 - b % 2 || b - a).map((i) => blocks[i]!);
  const outputs = model.graph.outputs.map(({ name }) => name);
  const errors: number[] = [];
  for (let first = 0; first < blocks.length; first += atOnce) {
    const candidates = blocks.slice(first, first + atOnce).map((block) => withoutBlocks(model, [block]));
    for (const found of await compareAll(model, candidates, outputs, data, mostSamples, context)) {
      errors.push(outputs.reduce((sum, name) => sum - (found.get(name)?.sqnrDb ?? 0), 0));
    }
    context.progress('Trying without blocks', errors.length, blocks.length);
  }
  return [...blocks.keys()].sort((a, b) => errors[a]! - errors[b]!).map((i) => blocks[i]!);
}
