/**
 * A second model of a graph, for tests of edits: operations that point at each other directly, without names. What an
 * edit must do is said in it, and its outputs are compared with those of the graph, as expressions.
 */

import { attributeGraphs } from '../../server/engine/model/attribute.ts';
import { constantNodeTensor } from '../../server/engine/model/constants.ts';
import type { Graph } from '../../server/engine/model/graph.ts';
import type { Node } from '../../server/engine/model/node.ts';

export interface InputCell {
  readonly kind: 'input';
  readonly name: string;
}

/** A constant is told from others by its number. */
export interface ConstantCell {
  readonly kind: 'constant';
  value: number;
}

export interface Operation {
  readonly node: Node;
  inputs: (Source | undefined)[];
  readonly bodies: Body[];
}

export interface Body {
  readonly graph: Graph;
  readonly operations: Operation[];
  returns: Source[];
}

export interface Output {
  readonly kind: 'output';
  readonly operation: Operation;
  readonly index: number;
}

export type Source = InputCell | ConstantCell | Output;

export function sameSource(a: Source | undefined, b: Source | undefined): boolean {
  if (a?.kind === 'output' && b?.kind === 'output') return a.operation === b.operation && a.index === b.index;
  return a === b;
}

/**
 * Points every use of `from` at `to`, in bodies and in what they return too.
 *
 * @param fixed the name of `from` when it cannot move to another value: what is returned under it stays
 */
export function redirect(body: Body, from: Source, to: Source, fixed?: string, except?: Operation): void {
  const turned = <T extends Source | undefined>(source: T): T | Source => (sameSource(source, from) ? to : source);
  for (const operation of body.operations) {
    if (operation !== except) operation.inputs = operation.inputs.map(turned);
    for (const inner of operation.bodies) redirect(inner, from, to, fixed, except);
  }
  const { outputs } = body.graph;
  body.returns = body.returns.map((source, i) => (outputs[i]!.name === fixed ? source : turned(source)));
}

/** `true` when `source` is, or needs, what `target` makes. */
export function dependsOn(source: Source | undefined, target: Source): boolean {
  const seen = new Set<Operation>();
  const needs = (current: Source | undefined): boolean => {
    if (sameSource(current, target)) return true;
    return current?.kind === 'output' && operationNeeds(current.operation);
  };
  const operationNeeds = (operation: Operation): boolean => {
    if (seen.has(operation)) return false;
    seen.add(operation);
    return operation.inputs.some(needs) || operation.bodies.some(bodyNeeds);
  };
  const bodyNeeds = (body: Body): boolean => body.operations.some(operationNeeds) || body.returns.some(needs);
  return needs(source);
}

/** Numbers for expressions: equal ones get the same, so that shared parts are not written out again and again. */
export class Expressions {
  private readonly numbers = new Map<string, number>();

  number(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(text, number);
    }
    return number;
  }

  ofBody(body: Body): number[] {
    const known = new Map<Operation, number>();
    const ofSource = (source: Source | undefined): string => {
      if (!source) return '-';
      if (source.kind === 'input') return `input ${source.name}`;
      if (source.kind === 'constant') return `constant ${source.value}`;
      return `${ofOperation(source.operation)}.${source.index}`;
    };
    const ofOperation = (operation: Operation): number => {
      let number = known.get(operation);
      if (number === undefined) {
        const bodies = operation.bodies.map((inner) => `{${inner.returns.map(ofSource).join()}}`);
        const parts = [...operation.inputs.map(ofSource), ...bodies];
        number = this.number(`${operation.node.opType}(${parts.join()})`);
        known.set(operation, number);
      }
      return number;
    };
    return body.returns.map((source) => this.number(ofSource(source)));
  }

  /** The same from the names of a graph, an Identity being what it reads. Throws where nothing makes a name. */
  ofGraph(graph: Graph): number[] {
    const nowhere = (name: string): string => {
      throw new Error(`Nothing makes "${name}".`);
    };
    return this.returnsOf(graph, nowhere).map((text) => this.number(text));
  }

  private returnsOf(graph: Graph, outer: (name: string) => string): string[] {
    const makers = new Map<string, readonly [Node, number]>();
    for (const node of graph.nodes) node.outputs.forEach((output, i) => makers.set(output, [node, i]));
    const known = new Map<Node, number>();
    const inputs = new Set(graph.inputs.map((input) => input.name));
    const ofName = (name: string): string => {
      const tensor = graph.initializers.get(name);
      if (tensor) return `constant ${tensor.toNumbers()[0]!}`;
      if (inputs.has(name)) return `input ${name}`;
      const maker = makers.get(name);
      if (!maker) return outer(name);
      const constant = constantNodeTensor(maker[0]);
      if (constant) return `constant ${constant.toNumbers()[0]!}`;
      return maker[0].is('Identity') ? ofName(maker[0].inputs[0]!) : `${ofNode(maker[0])}.${maker[1]}`;
    };
    const ofNode = (node: Node): number => {
      let number = known.get(node);
      if (number === undefined) {
        const bodies = [...node.attributes.values()].flatMap((attribute) => attributeGraphs(attribute));
        const parts = [
          ...node.inputs.map((name) => (name ? ofName(name) : '-')),
          ...bodies.map((inner) => `{${this.returnsOf(inner, ofName).join()}}`),
        ];
        number = this.number(`${node.opType}(${parts.join()})`);
        known.set(node, number);
      }
      return number;
    };
    return graph.outputs.map((output) => ofName(output.name));
  }
}
