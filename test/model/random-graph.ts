/** Random graphs with subgraphs, built twice: with names, for the code under test, and as cells, to compare with. */

import * as fc from 'fast-check';
import { attr, type Attribute } from '../../server/engine/model/attribute.ts';
import { Graph } from '../../server/engine/model/graph.ts';
import { Model } from '../../server/engine/model/model.ts';
import { Node } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo } from '../../server/engine/model/types.ts';
import type { Body, ConstantCell, Operation, Source } from './cells.ts';

/** One operation to build; numbers pick among what there is at that place, and wrap around. */
interface NodeRecipe {
  readonly picks: readonly (number | null)[];
  readonly outputs: number;
  /** A `Constant` node instead. */
  readonly constant: boolean;
  readonly bodies: readonly BodyRecipe[];
}

interface BodyRecipe {
  readonly nodes: readonly NodeRecipe[];
  readonly returns: readonly number[];
  readonly initializers: number;
}

export interface GraphRecipe extends BodyRecipe {
  readonly irVersion: 3 | 8;
  readonly inputs: number;
}

function nodeRecipe(depth: number): fc.Arbitrary<NodeRecipe> {
  return fc.record({
    picks: fc.array(fc.option(fc.nat(40), { freq: 8 }), { minLength: 1, maxLength: 3 }),
    outputs: fc.integer({ min: 1, max: 2 }),
    constant: fc.boolean().map((b) => b && depth < 2),
    bodies: depth === 0 ? fc.constant([]) : fc.array(bodyRecipe(depth - 1, 3), { maxLength: depth > 1 ? 2 : 1 }),
  });
}

function bodyRecipe(depth: number, size: number): fc.Arbitrary<BodyRecipe> {
  return fc.record({
    nodes: fc.array(nodeRecipe(depth), { maxLength: size }),
    returns: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }),
    initializers: fc.nat(2),
  });
}

export const graphRecipe: fc.Arbitrary<GraphRecipe> = fc
  .tuple(bodyRecipe(2, 10), fc.constantFrom(3 as const, 8 as const), fc.integer({ min: 1, max: 2 }))
  .map(([body, irVersion, inputs]) => ({ ...body, irVersion, inputs }));

export interface BuiltGraph {
  readonly model: Model;
  readonly body: Body;
  /** What edits may point at: inputs, constants and outputs of operations of the main graph. */
  readonly sources: Source[];
}

class Builder {
  private readonly irVersion: number;
  private count = 0;
  private constants = 0;

  constructor(irVersion: number) {
    this.irVersion = irVersion;
  }

  constant(): { readonly cell: ConstantCell; readonly tensor: Tensor } {
    const value = this.constants++;
    return { cell: { kind: 'constant', value }, tensor: Tensor.from('', 'float32', [], [value]) };
  }

  private name(prefix: string): string {
    return `${prefix}${this.count++}`;
  }

  /** @param around what a subgraph may capture, by name */
  fill(graph: Graph, recipe: BodyRecipe, around: readonly (readonly [string, Source])[]): [Body, [string, Source][]] {
    const own: [string, Source][] = [];
    for (const input of graph.inputs) own.push([input.name, { kind: 'input', name: input.name }]);
    for (let i = 0; i < recipe.initializers; i++) {
      const name = this.name('w');
      const { cell, tensor } = this.constant();
      graph.initializers.set(name, tensor.withName(name));
      if (this.irVersion < 4) graph.inputs.push(tensorInfo(name, 'float32', []));
      own.push([name, cell]);
    }
    const body: Body = { graph, operations: [], returns: [] };
    for (const node of recipe.nodes) this.operation(node, graph, body, own, around);
    const visible = [...own, ...around];
    const returned = new Map(recipe.returns.map((pick) => visible[pick % visible.length]!));
    graph.outputs = [...returned.keys()].map((name) => tensorInfo(name, 'float32'));
    body.returns = [...returned.values()];
    return [body, own];
  }

  private operation(
    recipe: NodeRecipe,
    graph: Graph,
    body: Body,
    own: [string, Source][],
    around: readonly (readonly [string, Source])[],
  ): void {
    const outputs = Array.from({ length: recipe.constant ? 1 : recipe.outputs }, () => this.name('v'));
    if (recipe.constant) {
      const { cell, tensor } = this.constant();
      const attributes = { value: attr.tensor(tensor) };
      graph.nodes.push(new Node({ name: this.name('n'), opType: 'Constant', inputs: [], outputs, attributes }));
      own.push([outputs[0]!, cell]);
      return;
    }
    const visible = [...own, ...around];
    const picked = recipe.picks.map((pick) => (pick === null ? undefined : visible[pick % visible.length]!));
    const bodies: Body[] = [];
    const attributes: [string, Attribute][] = recipe.bodies.map((inner, i) => {
      const subgraph = new Graph();
      bodies.push(this.fill(subgraph, inner, visible)[0]);
      return [`body${i}`, attr.graph(subgraph)];
    });
    const inputs = picked.map((pick) => pick?.[0] ?? '');
    const node = new Node({ name: this.name('n'), opType: `Op${recipe.picks.length}`, inputs, outputs, attributes });
    const operation: Operation = { node, inputs: picked.map((pick) => pick?.[1]), bodies };
    graph.nodes.push(node);
    body.operations.push(operation);
    outputs.forEach((output, index) => own.push([output, { kind: 'output', operation, index }]));
  }
}

export function buildGraph(recipe: GraphRecipe): BuiltGraph {
  const model = new Model();
  model.irVersion = recipe.irVersion;
  model.opsetImports.set('', 13);
  const { graph } = model;
  for (let i = 0; i < recipe.inputs; i++) graph.inputs.push(tensorInfo(`x${i}`, 'float32'));
  const [body, own] = new Builder(recipe.irVersion).fill(graph, recipe, []);
  return { model, body, sources: own.map(([, source]) => source) };
}
