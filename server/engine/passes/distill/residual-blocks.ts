/** Blocks whose result is added to what they began with: the network works without them, too. */

import type { Model } from '../../model/model.ts';
import { GraphEditor } from '../../model/graph-editor.ts';
import { inferShapes } from '../../model/shapes/infer.ts';
import { batchOfOne } from '../../analysis/batch-of-one.ts';

export interface ResidualBlock {
  /** What the block begins with, and what takes its place when it goes. */
  readonly input: string;
  /** The sum. */
  readonly output: string;
  /** Name of the node that adds. */
  readonly name: string;
}

/** In the order of the graph. A block around another one counts as a block, too. */
export function residualBlocks(model: Model): ResidualBlock[] {
  const { graph } = model;
  const types = inferShapes(model, { feeds: batchOfOne(model, inferShapes(model)) });
  const shapeOf = (value: string): string => types.tensor(value)?.shape?.join() ?? '';
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const order = new Map(graph.nodes.map((node, i) => [node, i]));
  const orderOf = (value: string): number => {
    const maker = makers.get(value);
    return maker ? order.get(maker)! : -1;
  };
  /** Whether `value` is computed from `from`. Nothing that was made before it can be. */
  const dependsOn = (value: string, from: string): boolean => {
    const least = orderOf(from);
    const seen = new Set([value]);
    for (const one of seen) {
      if (one === from) return true;
      if (orderOf(one) <= least) continue;
      for (const input of makers.get(one)?.inputs ?? []) seen.add(input);
    }
    return false;
  };
  return graph.nodes.flatMap((node) => {
    const [a, b] = node.inputs;
    const [output] = node.outputs;
    if (!node.is('Add') || a === undefined || b === undefined || output === undefined) return [];
    const shape = shapeOf(output);
    const fits = (input: string, result: string): boolean => input !== result && makers.has(input)
      && shape !== '' && shapeOf(input) === shape && shapeOf(result) === shape && dependsOn(result, input);
    const input = fits(a, b) ? a : fits(b, a) ? b : undefined;
    return input === undefined ? [] : [{ input, output, name: node.label }];
  });
}

/** The model without these blocks. */
export function withoutBlocks(model: Model, blocks: readonly ResidualBlock[]): Model {
  const copy = model.clone();
  const editor = new GraphEditor(copy);
  // From the end on, so that what takes the place of a block is still there.
  for (const { input, output } of [...blocks].reverse()) editor.replaceAllUses(output, input);
  editor.finish();
  return copy;
}
