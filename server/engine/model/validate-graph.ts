/** The rules for the names in one graph and its subgraphs: each made once, before it is used. */

import { listInWords } from '../util/nearest.ts';
import { findCycle } from './cycle.ts';
import type { Graph } from './graph.ts';
import type { FunctionDefinition } from './model.ts';
import type { Node } from './node.ts';
import type { Tensor } from './tensor.ts';
import { outerReads } from './toposort.ts';
import type { TensorType, ValueInfo } from './types.ts';
import type { Problem } from './problem.ts';
import { operatorProblems, type OperatorScope } from './validate-operator.ts';

export type { OperatorScope } from './validate-operator.ts';

/** The names of a graph and of the graphs around it. */
class Scope {
  private readonly names = new Set<string>();
  private readonly outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.outer = outer;
  }

  has(name: string): boolean {
    return this.names.has(name) || (this.outer?.has(name) ?? false);
  }

  hasOwn(name: string): boolean {
    return this.names.has(name);
  }

  add(name: string): void {
    this.names.add(name);
  }
}

/** A cycle is told by at most this many of its nodes. */
const namedCycleNodes = 6;

export class GraphValidator {
  private readonly operators: OperatorScope;
  private readonly problems: Problem[];
  private readonly definition: FunctionDefinition | undefined;

  /** Findings are added to `problems`. `definition` is the function whose body is checked, if any. */
  constructor(operators: OperatorScope, problems: Problem[], definition: FunctionDefinition | undefined) {
    this.operators = operators;
    this.problems = problems;
    this.definition = definition;
  }

  mainGraph(graph: Graph): void {
    this.graph(graph, undefined);
    for (const input of graph.inputs) {
      if (input.type || graph.initializers.has(input.name)) continue;
      this.report('missing-type', 'warning', `The input "${input.name}" of the model has no type.`, {
        value: input.name,
      });
    }
    if (graph.outputs.length === 0) this.report('no-outputs', 'warning', 'The model has no outputs.', {});
  }

  functionBody(definition: FunctionDefinition): void {
    const scope = new Scope();
    for (const input of definition.inputs) scope.add(input);
    this.nodes(definition.nodes, scope);
    for (const output of definition.outputs) this.output(output, scope);
  }

  private graph(graph: Graph, outer: Scope | undefined): void {
    const scope = new Scope(outer);
    for (const input of graph.inputs) this.define(input.name, scope, 'an input of the graph');
    const inputs = new Map(graph.inputs.map((input) => [input.name, input]));
    for (const tensor of graph.initializers.values()) {
      if (!inputs.has(tensor.name)) this.define(tensor.name, scope, 'an initializer');
      this.declaredType(tensor, inputs.get(tensor.name) ?? graph.valueInfos.get(tensor.name));
    }
    for (const name of graph.sparseInitializers.keys()) {
      if (!inputs.has(name)) this.define(name, scope, 'a sparse initializer');
    }
    this.nodes(graph.nodes, scope);
    for (const output of graph.outputs) this.output(output.name, scope);
  }

  private nodes(nodes: readonly Node[], scope: Scope): void {
    const later = new Map<string, Node>();
    for (const node of nodes) for (const output of node.outputs) later.set(output, node);
    let ordered = true;
    for (const node of nodes) {
      this.problems.push(...operatorProblems(node, this.operators));
      this.references(node);
      const early = [...outerReads(node)].find((name) => !scope.has(name) && later.has(name));
      if (early !== undefined && ordered) {
        ordered = false;
        this.order(nodes, node, early, later.get(early)!);
      }
      for (const input of node.inputs) if (input && !scope.has(input) && !later.has(input)) this.dangling(node, input);
      for (const subgraph of node.subgraphs()) this.graph(subgraph, this.withLater(scope, later, ordered));
      for (const output of node.outputs) if (output) this.define(output, scope, 'an output', node);
    }
  }

  /** Where the order is wrong already, values made later are not reported again inside subgraphs. */
  private withLater(scope: Scope, later: ReadonlyMap<string, Node>, ordered: boolean): Scope {
    if (ordered) return scope;
    const wide = new Scope(scope);
    for (const name of later.keys()) wide.add(name);
    return wide;
  }

  private order(nodes: readonly Node[], node: Node, value: string, producer: Node): void {
    const cycle = findCycle(nodes);
    if (cycle) {
      const names = cycle.slice(0, namedCycleNodes).map(({ label }) => `"${label}"`);
      const more = cycle.length > namedCycleNodes ? [`${cycle.length - namedCycleNodes} more`] : [];
      const message =
        cycle.length === 1
          ? `Node ${names[0]!} uses its own output.`
          : `The nodes ${listInWords([...names, ...more])} form a cycle: each needs what another of them makes.`;
      this.report('cycle', 'error', message, { node: cycle[0]!.label, fix: 'Export the model again.' });
      return;
    }
    this.report(
      'node-order',
      'warning',
      `The nodes are not in the order of execution: "${node.label}" uses "${value}", which "${producer.label}" makes ` +
        'after it.',
      { node: node.label, value, fix: 'Save the model with a tool that sorts its nodes.' },
    );
  }

  private dangling(node: Node, value: string): void {
    this.report('dangling-input', 'error', `Node "${node.label}" uses "${value}", which nothing in the model makes.`, {
      node: node.label,
      value,
      fix: 'Make it an input or an initializer of the graph, or export the model again.',
    });
  }

  private output(name: string, scope: Scope): void {
    if (scope.has(name)) return;
    const owner = this.definition ? `function "${this.definition.name}"` : 'graph';
    this.report('missing-output', 'error', `Nothing makes the output "${name}" of the ${owner}.`, { value: name });
  }

  private define(name: string, scope: Scope, role: string, node?: Node): void {
    const place = { value: name, ...(node && { node: node.label }) };
    const what = node ? `${role} of node "${node.label}"` : role;
    if (scope.hasOwn(name)) {
      this.report('duplicate-name', 'error', `The name "${name}", ${what}, is already that of another value.`, {
        ...place,
        fix: 'Every value needs a name of its own: rename one and what uses it.',
      });
    } else if (scope.has(name)) {
      this.report(
        'shadowed-name',
        'warning',
        `The name "${name}", ${what} of a subgraph, is also that of a value of the graph around it.`,
        { ...place, fix: 'Rename the value of the subgraph.' },
      );
    }
    scope.add(name);
  }

  private references(node: Node): void {
    if (this.definition) return;
    for (const [name, attribute] of node.attributes) {
      if (attribute.type !== 'reference') continue;
      this.report(
        'stray-reference',
        'error',
        `Attribute "${name}" of node "${node.label}" refers to an attribute of a function, but is not in one.`,
        { node: node.label },
      );
    }
  }

  private declaredType(tensor: Tensor, info: ValueInfo | undefined): void {
    if (info?.type?.kind !== 'tensor') return;
    const declared: TensorType = info.type;
    const { shape } = declared;
    const fits =
      (declared.dtype === tensor.dtype || declared.dtype === 'undefined') &&
      (!shape ||
        (shape.length === tensor.dims.length &&
          shape.every((dim, axis) => typeof dim !== 'number' || dim === tensor.dims[axis])));
    if (fits) return;
    this.report(
      'initializer-type',
      'error',
      `The initializer "${tensor.name}" is ${tensor.dtype} [${tensor.dims.join(', ')}] but declared as ` +
        `${declared.dtype}${shape ? ` [${shape.map((dim) => dim ?? '?').join(', ')}]` : ''}.`,
      { value: tensor.name },
    );
  }

  private report(
    code: string,
    severity: Problem['severity'],
    message: string,
    rest: Pick<Problem, 'fix' | 'node' | 'value'>,
  ): void {
    this.problems.push({ code, severity, message, ...rest });
  }
}
