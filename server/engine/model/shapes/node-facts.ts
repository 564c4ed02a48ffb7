/** What a rule sees of one node: its attributes and what is known of its inputs. */

import { dataTypeFromCode, type DataType } from '../../tensor/dtype.ts';
import type { Graph } from '../graph.ts';
import type { Node } from '../node.ts';
import type { Dim } from '../types.ts';
import { broadcast, type Shape } from './dims.ts';
import type { Elements, Known } from './known.ts';

/** Outputs in order; undefined where nothing is known. Fewer than the node has are filled with undefined. */
export type Outputs = readonly (Known | undefined)[];

/**
 * The type rule of one operator. It may rely on nothing: inputs may be missing or contradict each other, attributes may
 * be absent. What does not follow for certain is left unknown.
 */
export type Rule = (n: NodeFacts) => Outputs;

/** Rules by operator name. */
export type Rules = Readonly<Record<string, Rule>>;

/** What rules need from the engine that goes through the graph. */
export interface RuleHost {
  /**
   * Infers a subgraph whose inputs are known as given, in the scope of the node; returns its outputs. Problems in what
   * is not `reachable` (default: it is) do not count.
   */
  body(graph: Graph, inputs: Outputs, reachable?: boolean): Outputs;
  /** Reports something about `node` that cannot be right; the message begins in lower case and has no full stop. */
  problem(node: Node, message: string): void;
}

export class NodeFacts {
  readonly node: Node;
  /** Version of the operator set that the node's operator belongs to. */
  readonly opset: number;
  readonly inputs: Outputs;
  private readonly host: RuleHost;

  constructor(node: Node, opset: number, inputs: Outputs, host: RuleHost) {
    this.node = node;
    this.opset = opset;
    this.inputs = inputs;
    this.host = host;
  }

  /** Whether input `i` is there at all, known or not. */
  has(i: number): boolean {
    return this.node.input(i) !== undefined;
  }

  /** Element type of input `i`; 'undefined' when unknown. */
  dtype(i: number): DataType {
    return this.inputs[i]?.tensor?.dtype ?? 'undefined';
  }

  /** Element type of the first input that has a known one. */
  anyDtype(...indices: readonly number[]): DataType {
    for (const i of indices) {
      const dtype = this.dtype(i);
      if (dtype !== 'undefined') return dtype;
    }
    return 'undefined';
  }

  shape(i: number): Shape | undefined {
    return this.inputs[i]?.tensor?.shape;
  }

  /** Dimension `axis` (may be negative) of input `i`. */
  dim(i: number, axis: number): Dim {
    return this.shape(i)?.at(axis) ?? null;
  }

  /** Known elements of input `i`, when it is small. */
  elements(i: number): Elements | undefined {
    return this.inputs[i]?.elements;
  }

  /** The elements of input `i` when every one is a number. */
  numbers(i: number): readonly number[] | undefined {
    const elements = this.elements(i);
    return elements?.every((e) => typeof e === 'number') ? elements : undefined;
  }

  /** The only element of input `i`, whatever its rank: a number, a symbol, or `null` when not known. */
  scalar(i: number): Dim {
    const elements = this.elements(i);
    return elements?.length === 1 ? elements[0]! : null;
  }

  /** Element type that attribute `name` names by its ONNX code, else `fallback`. */
  dtypeAttribute(name: string, fallback: DataType): DataType {
    const code = this.node.int(name);
    return code === undefined ? fallback : dataTypeFromCode(code);
  }

  /** Integers that older opsets give as attribute `name` and newer ones as input `i`; undefined when not all known. */
  integers(name: string, i: number): readonly number[] | undefined {
    return this.has(i) ? this.numbers(i) : this.node.ints(name);
  }

  /** The shape to which the given inputs broadcast. */
  broadcast(...indices: readonly number[]): Shape | undefined {
    return broadcast(indices.map((i) => this.shape(i)), () => {
      const shapes = indices.map((i) => shapeText(this.shape(i))).join(' and ');
      this.problem(`the input shapes ${shapes} do not broadcast`);
    });
  }

  /** See `RuleHost.body`. */
  body(graph: Graph, inputs: Outputs, reachable = true): Outputs {
    return this.host.body(graph, inputs, reachable);
  }

  /** Reports something that cannot be right; begins in lower case and has no full stop. */
  problem(message: string): void {
    this.host.problem(this.node, message);
  }
}

/** `[1, 3, batch, ?]`. */
export function shapeText(shape: Shape | undefined): string {
  return shape ? `[${shape.map((dim) => dim ?? '?').join(', ')}]` : '[…]';
}
