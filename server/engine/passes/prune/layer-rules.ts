/** Exceptions that a recipe makes for some layers. */

import type { Node } from '../../model/node.ts';
import { compileGlob } from '../../util/glob.ts';
import type { PruneOptions } from './options.ts';

/** The ratio that the recipe sets for any of `nodes`: 0 keeps all, undefined leaves it to the rest. */
export function layerRatios({ layers }: PruneOptions): (nodes: readonly Node[]) => number | undefined {
  const rules = layers.map(({ match, keep, ratio }) => ({ matches: compileGlob(match), ratio: keep ? 0 : ratio }));
  return (nodes) => {
    let found: number | undefined;
    for (const { matches, ratio } of rules) if (nodes.some((node) => matches(node.label))) found = ratio;
    return found;
  };
}
