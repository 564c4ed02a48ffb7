/** An If whose condition is constant is its branch: the nodes of the branch take its place. */

import { Constants } from '../../../model/constants.ts';
import type { Graph } from '../../../model/graph.ts';
import type { Model } from '../../../model/model.ts';
import { Node } from '../../../model/node.ts';
import { UniqueNames } from '../../../model/unique-names.ts';
import type { FoldReport } from '../report.ts';

/** Replaces such nodes in all graphs of `model`, in place; returns whether there were any. */
export function inlineBranches(model: Model, report: FoldReport): boolean {
  const definitions = new Map<string, number>();
  countDefinitions(model.graph, definitions);
  return new Inliner(model.irVersion, definitions, report).graph(model.graph);
}

function countDefinitions(graph: Graph, counts: Map<string, number>): void {
  for (const name of definedIn(graph)) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const node of graph.nodes) for (const inner of node.subgraphs()) countDefinitions(inner, counts);
}

function definedIn(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.sparseInitializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs.filter(Boolean)),
  ]);
}

class Inliner {
  private readonly irVersion: number;
  private readonly definitions: Map<string, number>;
  private readonly taken = new UniqueNames();
  private readonly report: FoldReport;

  constructor(irVersion: number, definitions: Map<string, number>, report: FoldReport) {
    this.irVersion = irVersion;
    this.definitions = definitions;
    for (const name of definitions.keys()) this.taken.add(name);
    this.report = report;
  }

  graph(graph: Graph, outer?: Constants): boolean {
    const constants = new Constants(graph, this.irVersion, outer);
    let changed = false;
    graph.nodes = graph.nodes.flatMap((node) => {
      const branch = this.chosen(node, constants);
      if (branch) {
        changed = true;
        this.report.add(node, 'folded', 'its condition is constant');
        return this.inline(node, branch, graph);
      }
      for (const inner of node.subgraphs()) changed = this.graph(inner, constants) || changed;
      return [node];
    });
    return changed;
  }

  private chosen(node: Node, constants: Constants): Graph | undefined {
    const condition = node.is('If') ? constants.tensor(node.input(0)) : undefined;
    if (condition?.dtype !== 'bool' || condition.size !== 1) return undefined;
    const branch = node.attributes.get(condition.toNumbers()[0] ? 'then_branch' : 'else_branch');
    if (branch?.type !== 'graph') return undefined;
    const { value } = branch;
    return value.sparseInitializers.size === 0 && value.outputs.length === node.outputs.length ? value : undefined;
  }

  private inline(node: Node, branch: Graph, into: Graph): Node[] {
    // Other branches may use the same names: a name that is defined more than once gives way.
    const renamed = new Map<string, string>();
    for (const name of definedIn(branch)) {
      if (this.definitions.get(name)! > 1) renamed.set(name, this.taken.claim(name));
    }
    renameValues(branch, renamed);
    for (const [name, tensor] of branch.initializers) into.initializers.set(name, tensor.withName(name));
    for (const [name, info] of branch.valueInfos) into.valueInfos.set(name, info);
    const results = branch.outputs.map((output, i) => {
      const fields = { opType: 'Identity', inputs: [output.name], outputs: [node.outputs[i]!] };
      return new Node({ ...fields, name: `${node.label}_result${i > 0 ? i : ''}` });
    });
    return [...branch.nodes, ...results.filter((result) => result.outputs[0])];
  }
}

/** Renames values that `graph` defines, wherever they are used inside it. */
function renameValues(graph: Graph, names: ReadonlyMap<string, string>): void {
  if (names.size === 0) return;
  const renamed = (name: string): string => names.get(name) ?? name;
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(renamed);
    node.outputs = node.outputs.map(renamed);
    for (const inner of node.subgraphs()) renameValues(inner, without(names, definedIn(inner)));
  }
  graph.outputs = graph.outputs.map((output) => ({ ...output, name: renamed(output.name) }));
  graph.initializers = new Map([...graph.initializers].map(([name, tensor]) => [renamed(name), tensor]));
  graph.valueInfos = new Map([...graph.valueInfos].map(([name, info]) => [
    renamed(name),
    { ...info, name: renamed(name) },
  ]));
}

function without(names: ReadonlyMap<string, string>, shadowed: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map([...names].filter(([name]) => !shadowed.has(name)));
}
