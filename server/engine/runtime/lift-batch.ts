/**
 * Models exported for a batch of one, made to take any batch where their graph allows: most only say so in the types of
 * their inputs and in a few constant shapes. Whether the result is right is for `verifyBatch` to find out by running
 * it: a graph may mix rows, or keep the batch on another axis, in ways that its structure does not show.
 */

import { GraphEditor } from '../model/graph-editor.ts';
import type { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { inferShapes, type InferredTypes } from '../model/shapes/infer.ts';
import { Tensor } from '../model/tensor.ts';
import { outerReads } from '../model/toposort.ts';
import { staticShape, tensorType, type ValueInfo } from '../model/types.ts';

/** The name of the batch dimension in lifted models. */
const symbol = 'batch';

/**
 * `model` with a symbol as the first dimension of every input of two or more dimensions that had a fixed 1 there, and
 * constant shapes changed to follow it; undefined when there is no such input.
 */
export function liftBatch(model: Model): Model | undefined {
  const inputs = model.graph.feeds().filter(isFixedAtOne);
  const [first] = inputs;
  if (!first) return undefined;
  const lifted = model.clone();
  const { graph } = lifted;
  new Lifting(lifted, inferShapes(model), rowsOf(graph, inputs), first.name).rewrite();
  const names = new Set(inputs.map((input) => input.name));
  graph.inputs = graph.inputs.map((input) => (names.has(input.name) ? withSymbol(input) : input));
  graph.outputs = graph.outputs.map((output) => (isFixedAtOne(output) ? withSymbol(output) : output));
  // What is declared about inner values counts on a batch of one.
  for (const { node } of graph.walk()) for (const inner of node.subgraphs()) inner.valueInfos.clear();
  graph.valueInfos.clear();
  return lifted;
}

function isFixedAtOne(info: ValueInfo): boolean {
  const shape = tensorType(info)?.shape;
  return shape !== undefined && shape.length >= 2 && shape[0] === 1;
}

function withSymbol(info: ValueInfo): ValueInfo {
  const type = tensorType(info)!;
  return { ...info, type: { ...type, shape: [symbol, ...type.shape!.slice(1)] } };
}

/** Values that have a row for each row of `inputs`: whatever is computed from them, their shapes apart. */
function rowsOf(graph: Graph, inputs: readonly ValueInfo[]): ReadonlySet<string> {
  const rows = new Set(inputs.map((input) => input.name));
  for (const node of graph.nodes) {
    if (node.is('Shape', 'Size')) continue;
    if ([...outerReads(node)].some((name) => rows.has(name))) for (const output of node.outputs) rows.add(output);
  }
  return rows;
}

class Lifting {
  private readonly editor: GraphEditor;
  private readonly types: InferredTypes;
  private readonly rows: ReadonlySet<string>;
  private readonly input: string;
  /** Name of the value that holds the batch size, int64 [1]. */
  private size: string | undefined;

  constructor(model: Model, types: InferredTypes, rows: ReadonlySet<string>, input: string) {
    this.editor = new GraphEditor(model);
    this.types = types;
    this.rows = rows;
    this.input = input;
  }

  rewrite(): void {
    for (const node of [...this.editor.graph.nodes]) {
      if (node.is('Concat')) this.concat(node);
      else if (!this.rows.has(node.inputs[0] ?? '')) continue;
      else if (node.is('Reshape')) this.reshape(node);
      else if (node.is('Resize')) this.resize(node);
    }
    this.editor.finish();
  }

  /** The rows come first in memory, so the first dimension is the one that grows, whatever is merged into it. */
  private reshape(node: Node): void {
    const target = this.editor.constants.tensor(node.input(1))?.toNumbers();
    if (!target || target.length === 0 || target[0]! < 1) return;
    const open = target.indexOf(-1);
    if (open > 0) {
      const resolved = this.types.tensor(node.outputs[0]!)?.shape?.[open];
      if (typeof resolved === 'number') target[open] = resolved;
      else if (target[0] !== 1 || node.int('allowzero', 0) !== 0) return;
    }
    // -1 for what is left over, 0 for "as in the input".
    target[0] = target.includes(-1) ? 0 : -1;
    this.editor.setInput({ node, index: 1 }, this.constant(`${node.label}_shape`, target));
  }

  private resize(node: Node): void {
    const sizes = this.editor.constants.tensor(node.input(3))?.toNumbers();
    if (sizes?.[0] !== 1) return;
    this.editor.setInput({ node, index: 3 }, this.withBatch(`${node.label}_sizes`, sizes.slice(1)));
  }

  /** A constant beside values with rows (a class token, a grid) needs as many rows as they have. */
  private concat(node: Node): void {
    const axis = node.int('axis', 0);
    if (axis === 0 || !node.inputs.some((name) => this.rows.has(name))) return;
    node.inputs.forEach((name, index) => {
      const shape = staticShape(this.types.tensor(name)?.shape);
      if (this.rows.has(name) || shape?.[0] !== 1 || axis + shape.length === 0) return;
      const output = this.editor.uniqueName(`${name}_rows`);
      const target = this.withBatch(`${name}_target`, shape.slice(1).fill(1));
      this.editor.add({ opType: 'Expand', inputs: [name, target], outputs: [output] });
      this.editor.setInput({ node, index }, output);
    });
  }

  /** A shape: the batch size, then `rest`. */
  private withBatch(name: string, rest: readonly number[]): string {
    this.size ??= this.batchSize();
    const output = this.editor.uniqueName(name);
    const inputs = [this.size, this.constant(`${name}_rest`, rest)];
    const attributes = { axis: { type: 'int', value: 0n } } as const;
    this.editor.add({ opType: 'Concat', inputs, outputs: [output], attributes });
    return output;
  }

  private batchSize(): string {
    const shape = this.editor.uniqueName(`${this.input}_shape`);
    this.editor.add({ opType: 'Shape', inputs: [this.input], outputs: [shape] });
    const size = this.editor.uniqueName(`${this.input}_batch`);
    this.editor.add({ opType: 'Gather', inputs: [shape, this.constant('first', [0])], outputs: [size] });
    return size;
  }

  private constant(name: string, values: readonly number[]): string {
    return this.editor.addInitializer(Tensor.from(name, 'int64', [values.length], values));
  }
}
