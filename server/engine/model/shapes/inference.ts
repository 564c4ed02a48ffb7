/**
 * Goes through the graphs of a model and applies the rules. Nodes are taken in order, so depth costs no stack; bodies
 * of loops and functions are taken again for every round and call.
 */

import { LatheError } from '../../errors.ts';
import type { Attribute } from '../attribute.ts';
import type { Graph } from '../graph.ts';
import type { FunctionDefinition, Model } from '../model.ts';
import { Node } from '../node.ts';
import type { ValueInfo, ValueType } from '../types.ts';
import { readDeclared, withDeclared, type SymbolTable } from './declared.ts';
import { Known, tensor } from './known.ts';
import { NodeFacts, type Outputs, type RuleHost } from './node-facts.ts';
import { ruleFor } from './registry.ts';
import { Scope } from './scope.ts';

/** What holds for the nodes of one graph or function body. */
interface Environment {
  readonly opsets: ReadonlyMap<string, number>;
  /** How to read what the file declares; absent in functions, whose declarations are not followed. */
  readonly symbols?: SymbolTable;
  /** Attributes of the call, inside a function. */
  readonly bindings?: ReadonlyMap<string, Attribute>;
  /** Number of subgraphs and functions around. */
  readonly depth: number;
}

/** Bounds on work in bodies and functions, and on the stack: damaged files could nest without end. */
const maxInnerVisits = 300_000;
const maxDepth = 128;

/** ONNX's default domain has an alias. */
function domainOf(node: Node): string {
  return node.domain === 'ai.onnx' ? '' : node.domain;
}

export class Inference {
  readonly scopes = new Map<Graph, Scope>();
  readonly unknownOperators = new Set<string>();
  private readonly model: Model;
  private readonly innerSymbols: SymbolTable;
  private readonly functions: ReadonlyMap<string, FunctionDefinition>;
  private innerVisits = 0;

  constructor(model: Model, innerSymbols: SymbolTable) {
    this.model = model;
    this.innerSymbols = innerSymbols;
    this.functions = new Map(model.functions.map((f) => [functionKey(f.domain, f.name, f.overload), f]));
  }

  /** Infers the main graph, whose inputs have the given types. */
  main(inputs: ReadonlyMap<string, ValueType>, symbols: SymbolTable): Scope {
    const { graph, irVersion } = this.model;
    const scope = new Scope(graph, undefined, []);
    this.scopes.set(graph, scope);
    for (const [name, type] of inputs) scope.set(name, new Known(type));
    const overridable = new Set(irVersion >= 4 ? graph.inputs.map((i) => i.name) : []);
    this.addConstants(graph, scope, overridable);
    this.nodes(graph.nodes, scope, { opsets: this.model.opsetImports, symbols, depth: 0 });
    return scope;
  }

  private addConstants(graph: Graph, scope: Scope, except: ReadonlySet<string>): void {
    for (const [name, constant] of graph.initializers) if (!except.has(name)) scope.set(name, Known.constant(constant));
    for (const [name, sparse] of graph.sparseInitializers) {
      if (!except.has(name)) scope.set(name, tensor(sparse.values.dtype, sparse.dims));
    }
  }

  /** Infers a subgraph in the scope around it; inputs not given have only what is declared. */
  private subgraph(
    graph: Graph,
    inputs: Outputs,
    outer: Scope,
    around: Environment,
    reachable = true,
  ): Outputs {
    const environment = { ...around, depth: around.depth + 1, ...(around.symbols && { symbols: this.innerSymbols }) };
    if (environment.depth > maxDepth) return [];
    const scope = new Scope(graph, outer, outer.problems && reachable ? [] : undefined);
    outer.bodies.set(graph, scope);
    // Inside a function the same graph is inferred anew for every call: no result stands for all.
    if (around.symbols) this.scopes.set(graph, scope);
    this.addConstants(graph, scope, new Set());
    graph.inputs.forEach((info, i) => scope.set(info.name, this.declared(inputs[i], info, scope, environment)));
    this.nodes(graph.nodes, scope, environment);
    return graph.outputs.map((info) => scope.get(info.name));
  }

  private call(
    definition: FunctionDefinition,
    node: Node,
    inputs: Outputs,
    outer: Scope,
    around: Environment,
  ): Outputs {
    if (around.depth >= maxDepth) return [];
    const scope = new Scope(undefined, undefined, outer.problems);
    outer.calls.set(node, scope);
    definition.inputs.forEach((name, i) => scope.set(name, inputs[i]));
    const bindings = new Map([...definition.attributeDefaults, ...node.attributes]);
    this.nodes(definition.nodes, scope, { opsets: definition.opsetImports, bindings, depth: around.depth + 1 });
    return definition.outputs.map((name) => scope.get(name));
  }

  private nodes(nodes: readonly Node[], scope: Scope, environment: Environment): void {
    const { graph } = scope;
    const outputs = new Map(graph?.outputs.map((info) => [info.name, info]));
    const host: RuleHost = {
      body: (body, given, reachable) => this.subgraph(body, given, scope, environment, reachable),
      problem: (node, message) => scope.report(`${node.opType} "${node.label}": ${message}.`, { node: node.label }),
    };
    for (const original of nodes) {
      if (environment.depth > 0) this.innerVisits += 1;
      const node = environment.bindings ? bound(original, environment.bindings) : original;
      if (environment.bindings && !graph) scope.boundNodes.push(node);
      const known = this.innerVisits > maxInnerVisits ? [] : this.node(node, scope, environment, host);
      for (let i = 0; i < node.outputs.length; i++) {
        const name = node.outputs[i]!;
        if (!name) continue;
        const info = outputs.get(name) ?? graph?.valueInfos.get(name);
        scope.set(name, info ? this.declared(known[i], info, scope, environment) : known[i]);
      }
    }
  }

  /** What is inferred and what is declared, together. */
  private declared(
    inferred: Known | undefined,
    info: ValueInfo,
    scope: Scope,
    environment: Environment,
  ): Known | undefined {
    if (!info.type || !environment.symbols) return inferred;
    return withDeclared(inferred, readDeclared(info.type, environment.symbols), (message) => {
      scope.report(`Value "${info.name}" ${message}.`, { value: info.name });
    });
  }

  private node(node: Node, scope: Scope, environment: Environment, host: RuleHost): Outputs {
    const inputs = node.inputs.map((name) => (name ? scope.get(name) : undefined));
    try {
      const definition = this.functionOf(node);
      if (definition) return this.call(definition, node, inputs, scope, environment);
      const domain = domainOf(node);
      const rule = ruleFor(domain, node.opType);
      if (rule) return rule(new NodeFacts(node, versionOf(domain, environment), inputs, host));
      this.unknownOperators.add(domain ? `${domain}::${node.opType}` : node.opType);
      // Nothing is known of what the operator feeds its subgraphs, but the viewer shows them all the same.
      for (const graph of node.subgraphs()) this.subgraph(graph, [], scope, environment);
      return [];
    } catch (error) {
      // A damaged attribute or constant: the node's outputs are unknown, the rest of the model is not.
      if (!(error instanceof LatheError)) throw error;
      scope.report(error.message, { node: node.label });
      return [];
    }
  }

  private functionOf(node: Node): FunctionDefinition | undefined {
    if (this.functions.size === 0) return undefined;
    return this.functions.get(functionKey(node.domain, node.opType, node.overload));
  }
}

function functionKey(domain: string, name: string, overload: string): string {
  return `${domain}::${name}::${overload}`;
}

/** Version of the operator set that holds for a domain. */
function versionOf(domain: string, { opsets }: Environment): number {
  return opsets.get(domain) ?? (domain === '' ? opsets.get('ai.onnx') : undefined) ?? 1;
}

/** The node with references to the function's attributes replaced by what the call gives; absent ones are left out. */
function bound(node: Node, bindings: ReadonlyMap<string, Attribute>): Node {
  let resolved: Map<string, Attribute> | undefined;
  for (const [name, attribute] of node.attributes) {
    if (attribute.type !== 'reference') continue;
    resolved ??= new Map(node.attributes);
    const value = bindings.get(attribute.name);
    if (value) resolved.set(name, value);
    else resolved.delete(name);
  }
  if (!resolved) return node;
  const { name, opType, domain, overload, inputs, outputs } = node;
  return new Node({ name, opType, domain, overload, inputs, outputs, attributes: resolved });
}
