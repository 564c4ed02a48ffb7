/** Goes through a model and finds the channels that can be removed, and what each of them takes along. */

import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { layerRules } from './rules/layers.ts';
import { movementRules } from './rules/movement.ts';
import { recurrentRules } from './rules/recurrent.ts';
import { ChannelTracker, type Rule } from './tracker.ts';

const rules: Readonly<Record<string, Rule | undefined>> = {
  ...layerRules,
  ...elementwiseRules,
  ...movementRules,
  ...recurrentRules,
};

/** onnxruntime's own operators that its exports put in place of a few standard ones, and that follow the same rules. */
const contributed = new Set(['QuickGelu', 'Gelu', 'BiasGelu', 'FastGelu', 'SimplifiedLayerNormalization']);

/**
 * Follows every channel of `model`, which is not changed. Operators without a rule keep all that enters and leaves
 * them, and so do the model's outputs, subgraphs and functions.
 */
export function trackChannels(model: Model): ChannelTracker {
  const tracker = new ChannelTracker(model);
  const { graph } = model;
  for (const node of graph.nodes) {
    const known = node.is(node.opType) || (node.domain === 'com.microsoft' && contributed.has(node.opType));
    const rule = known ? rules[node.opType] : undefined;
    if (rule) rule(node, tracker);
    else {
      if (tracker.hasChannels(node)) tracker.unknown.push(node);
      tracker.pinNode(node);
    }
  }
  for (const { name } of graph.outputs) tracker.pinValue(name);
  const index = new GraphIndex(graph);
  for (const [value] of tracker.tracked()) {
    if (index.uses(value).some((use) => use.graph !== graph) || index.isOutput(value)) tracker.pinValue(value);
  }
  return tracker;
}
