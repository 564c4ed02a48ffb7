/** Names for nodes that have none: passes rename values, and a layer must be the same one before and after. */

import type { Model } from '../model/model.ts';

/** The same model, every node with a name: its own, or one made of its operator and first output. */
export function withNodeNames(model: Model): Model {
  const taken = new Set<string>();
  let missing = false;
  for (const { node } of model.graph.walk()) {
    if (node.name === '') missing = true;
    else taken.add(node.name);
  }
  if (!missing) return model;
  const named = model.clone();
  for (const { node } of named.graph.walk()) {
    if (node.name !== '') continue;
    const { label } = node;
    let name = label;
    for (let i = 1; taken.has(name); i++) name = `${label}_${i}`;
    taken.add(name);
    node.name = name;
  }
  return named;
}
