/**
 * Shape and type inference: what is certain about every value of a model, from its structure alone. Unknown stays
 * unknown: a dimension that does not follow from the operators' definitions is `null`, never a guess.
 */

import type { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import type { Node } from '../node.ts';
import type { Dim, TensorType, ValueType } from '../types.ts';
import { Inference } from './inference.ts';
import type { Elements } from './known.ts';
import { mainInputs } from './main-inputs.ts';
import type { Scope, ShapeProblem } from './scope.ts';

export interface InferredTypes {
  /** The type of a value of this graph or of one around it; undefined when nothing is known. */
  get(value: string): ValueType | undefined;
  /** The same for tensors. The element type 'undefined' means not known, an absent shape that not even the rank is. */
  tensor(value: string): TensorType | undefined;
  /** Elements of a small tensor as far as they are certain, in row-major order: shapes, axes, scales. */
  elements(value: string): Elements | undefined;
  /** What was inferred inside a subgraph, at any depth; for one inside a function ask the types of the call. */
  forGraph(graph: Graph): InferredTypes | undefined;
  /** What was inferred inside the function that `node`, of this graph, calls; undefined when it calls none. */
  forCall(node: Node): InferredCall | undefined;
  /** What cannot be right: shapes that do not fit, declared types that contradict inferred ones. */
  readonly problems: readonly ShapeProblem[];
  /** Operators without a rule, as `domain::name` or `name`: of their outputs only declarations are known. */
  readonly unknownOperators: ReadonlySet<string>;
}

/** The inside of a function at one of its calls. */
export interface InferredCall {
  /** The function's nodes, with the attributes of the call in place of references. */
  readonly nodes: readonly Node[];
  readonly types: InferredTypes;
}

export interface InferShapesOptions {
  /** Shapes to assume for inputs instead of the declared ones, by input name: a batch of 1, a picture size. */
  readonly feeds?: Readonly<Record<string, readonly Dim[]>>;
}

/**
 * Infers the types of all values of `model`, which is not changed.
 *
 * @throws LatheError `USAGE` when `feeds` names no input or gives a shape of another rank
 */
export function inferShapes(model: Model, options: InferShapesOptions = {}): InferredTypes {
  const { types, symbols, innerSymbols } = mainInputs(model, options.feeds ?? {});
  const inference = new Inference(model, innerSymbols);
  const main = inference.main(types, symbols);
  return new ScopeTypes(inference, main);
}

class ScopeTypes implements InferredTypes {
  private readonly inference: Inference;
  private readonly scope: Scope;

  constructor(inference: Inference, scope: Scope) {
    this.inference = inference;
    this.scope = scope;
  }

  get(value: string): ValueType | undefined {
    const type = this.scope.get(value)?.type;
    return type?.kind === 'tensor' && type.dtype === 'undefined' && !type.shape ? undefined : type;
  }

  tensor(value: string): TensorType | undefined {
    const type = this.get(value);
    return type?.kind === 'tensor' || type?.kind === 'sparse-tensor' ? type : undefined;
  }

  elements(value: string): Elements | undefined {
    return this.scope.get(value)?.elements;
  }

  forGraph(graph: Graph): InferredTypes | undefined {
    const scope = this.scope.bodies.get(graph) ?? this.inference.scopes.get(graph);
    return scope && new ScopeTypes(this.inference, scope);
  }

  forCall(node: Node): InferredCall | undefined {
    const scope = this.scope.calls.get(node);
    return scope && { nodes: scope.boundNodes, types: new ScopeTypes(this.inference, scope) };
  }

  get problems(): readonly ShapeProblem[] {
    return [...this.inference.scopes.values()].flatMap((scope) => scope.problems ?? []);
  }

  get unknownOperators(): ReadonlySet<string> {
    return this.inference.unknownOperators;
  }
}
