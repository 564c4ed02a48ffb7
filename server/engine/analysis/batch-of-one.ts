/** The types of a model for a batch of one, where its inputs leave the batch open. */

import type { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import type { InferredCall, InferredTypes } from '../model/shapes/infer.ts';
import type { Elements } from '../model/shapes/known.ts';
import type { ShapeProblem } from '../model/shapes/scope.ts';
import type { Dim, TensorType, ValueType } from '../model/types.ts';

/** Shapes for a batch of one, for the inputs whose first dimension is open. */
export function batchOfOne(model: Model, types: InferredTypes): Record<string, readonly Dim[]> {
  const shapes: Record<string, readonly Dim[]> = {};
  for (const { name } of model.graph.feeds()) {
    const shape = types.tensor(name)?.shape;
    if (shape && shape.length > 0 && typeof shape[0] !== 'number') shapes[name] = [1, ...shape.slice(1)];
  }
  return shapes;
}

/**
 * The symbols that a batch of one makes 1, where that says all: every open batch has a symbol, which stands for nothing
 * else among the inputs. Undefined elsewhere.
 */
export function batchSymbols(model: Model, types: InferredTypes): ReadonlySet<string> | undefined {
  const batches = new Set<string>();
  const others = new Set<Dim>();
  for (const { name } of model.graph.feeds()) {
    const [batch, ...rest] = types.tensor(name)?.shape ?? [1];
    for (const dim of rest) others.add(dim);
    if (typeof batch === 'string') batches.add(batch);
    else if (batch === null) return undefined;
  }
  for (const symbol of batches) if (others.has(symbol)) return undefined;
  return batches;
}

/**
 * Types with the number 1 in the place of some symbols. What is inferred with symbols holds for every number, so this
 * says what inference for a batch of one would say, only less of it: see `lost`.
 */
export class OneForSymbols implements InferredTypes {
  private readonly types: InferredTypes;
  private readonly symbols: ReadonlySet<string>;
  private readonly shared: { lost: boolean };

  constructor(types: InferredTypes, symbols: ReadonlySet<string>, shared = { lost: false }) {
    this.types = types;
    this.symbols = symbols;
    this.shared = shared;
  }

  /** `true` when somebody asked for a shape with an unknown dimension: that might be known for a batch of one. */
  get lost(): boolean {
    return this.shared.lost;
  }

  get(value: string): ValueType | undefined {
    const type = this.types.get(value);
    return type?.kind === 'tensor' || type?.kind === 'sparse-tensor' ? this.replaced(type) : type;
  }

  tensor(value: string): TensorType | undefined {
    const type = this.types.tensor(value);
    if (!type) this.shared.lost = true;
    return type && this.replaced(type);
  }

  elements(value: string): Elements | undefined {
    return this.types.elements(value)?.map((element) => this.one(element));
  }

  forGraph(graph: Graph): InferredTypes | undefined {
    const types = this.types.forGraph(graph);
    return types && new OneForSymbols(types, this.symbols, this.shared);
  }

  forCall(node: Node): InferredCall | undefined {
    const call = this.types.forCall(node);
    return call && { nodes: call.nodes, types: new OneForSymbols(call.types, this.symbols, this.shared) };
  }

  get problems(): readonly ShapeProblem[] {
    return this.types.problems;
  }

  get unknownOperators(): ReadonlySet<string> {
    return this.types.unknownOperators;
  }

  private replaced(type: TensorType): TensorType {
    const { shape } = type;
    if (!shape) {
      this.shared.lost = true;
      return type;
    }
    let isOpen = false;
    for (const dim of shape) {
      if (dim === null) this.shared.lost = true;
      else if (typeof dim === 'string' && this.symbols.has(dim)) isOpen = true;
    }
    return isOpen ? { ...type, shape: shape.map((dim) => this.one(dim)) } : type;
  }

  private one(dim: Dim): Dim {
    return typeof dim === 'string' && this.symbols.has(dim) ? 1 : dim;
  }
}
