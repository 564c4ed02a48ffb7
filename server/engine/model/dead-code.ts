/** What nothing in a graph needs any more. */

import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { outerReads } from './toposort.ts';

/**
 * Removes nodes whose outputs nobody reads, then initializers, declared types and annotations of values that are gone.
 * Inputs of the graph stay: they are the model's interface. Only up to IR 3, where every initializer is listed as an
 * input too, does such a listing go together with its initializer.
 *
 * @param graph its nodes in topological order
 * @returns the number of nodes removed
 */
export function removeDead(graph: Graph, irVersion: number): number {
  const inputs = new Set(graph.inputs.map((input) => input.name));
  const live = new Set(graph.outputs.map((output) => output.name));
  const kept: Node[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (!node.outputs.some((output) => live.has(output))) continue;
    kept.push(node);
    for (const name of outerReads(node)) live.add(name);
  }
  const removed = graph.nodes.length - kept.length;
  graph.nodes = kept.reverse();

  const made = new Set(inputs);
  for (const node of graph.nodes) for (const output of node.outputs) made.add(output);
  const annotates = (name: string): boolean => made.has(name) || live.has(name);
  graph.quantizationAnnotations = graph.quantizationAnnotations.filter(({ tensorName }) => annotates(tensorName));
  for (const { parameters } of graph.quantizationAnnotations) for (const name of parameters.values()) live.add(name);

  const dropped = new Set<string>();
  for (const name of [...graph.initializers.keys(), ...graph.sparseInitializers.keys()]) {
    if (live.has(name) || (irVersion >= 4 && inputs.has(name))) continue;
    graph.initializers.delete(name);
    graph.sparseInitializers.delete(name);
    dropped.add(name);
  }
  graph.inputs = graph.inputs.filter((input) => !dropped.has(input.name));
  for (const name of graph.valueInfos.keys()) if (!made.has(name) && !live.has(name)) graph.valueInfos.delete(name);
  return removed;
}
