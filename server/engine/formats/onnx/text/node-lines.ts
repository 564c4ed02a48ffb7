/**
 * The lines of nodes in the text view, counted instead of printed: a model opens in a tenth of the time that its text
 * takes. The layout is that of `printModel`, and a test holds the two together.
 */

import type { Graph } from '../../../model/graph.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { inputsOnOneLine, printModel } from './print-model.ts';

/** Where the nodes of the main graph and its bodies are, 0-based. */
export interface NodeLines {
  /** Of the main graph's name, inputs and outputs. */
  readonly head: number;
  readonly lineOf: ReadonlyMap<Node, number>;
}

export function nodeLines(model: Model): NodeLines {
  const counter = new LineCounter();
  const head = headLines(model);
  if (!counter.counts(model)) return printedLines(model);
  counter.graph(model.graph, head);
  return { head, lineOf: counter.lineOf };
}

/** Text with line breaks takes as many lines as it has, as far as it is shown: then only printing tells. */
function printedLines(model: Model): NodeLines {
  const { nodes, nodeLine, scopes } = printModel(model);
  return { head: scopes[0]!.line, lineOf: new Map(nodes.map((node, i) => [node, nodeLine[i]!])) };
}

/** The lines before the graph: a bracket each above and below, the two entries that are always there, and others. */
function headLines({ producerName, producerVersion, domain, modelVersion, docString, metadata }: Model): number {
  const optional = [producerName, producerVersion, domain, modelVersion, docString];
  return 4 + optional.filter((entry) => entry !== undefined).length + (metadata && metadata.size > 0 ? 1 : 0);
}

const lineBreak = /[\r\n]/;

class LineCounter {
  readonly lineOf = new Map<Node, number>();

  /** `true` where no text has a line break and no attribute a layout that is not counted here. */
  counts({ producerName, producerVersion, domain, docString, metadata, graph }: Model): boolean {
    const texts = [producerName, producerVersion, domain, docString, ...(metadata ?? new Map<string, string>())].flat();
    return !texts.some((text) => text !== undefined && lineBreak.test(text)) && this.isPlain(graph);
  }

  private isPlain(graph: Graph): boolean {
    for (const { name } of [...graph.inputs, ...graph.outputs]) if (lineBreak.test(name)) return false;
    if (lineBreak.test(graph.name)) return false;
    for (const name of graph.initializers.keys()) if (lineBreak.test(name)) return false;
    return graph.nodes.every((node) => {
      if (lineBreak.test(node.name) || node.outputs.some((name) => lineBreak.test(name))) return false;
      for (const attribute of node.attributes.values()) {
        if (attribute.type === 'string' && lineBreak.test(String(attribute.value))) return false;
        if (attribute.type === 'strings' || attribute.type === 'graphs') return false;
        if (attribute.type === 'graph' && !this.isPlain(attribute.value)) return false;
      }
      return true;
    });
  }

  /** Counts from the line of the graph's name to that of its closing bracket, which is returned. */
  graph(graph: Graph, start: number): number {
    let line = start + listBreaks(graph.inputs.length) + listBreaks(graph.outputs.length);
    const constants = graph.initializers.size + graph.sparseInitializers.size + graph.valueInfos.size;
    if (constants > 0) line += 3 + constants;
    line += 1;
    for (const node of graph.nodes) {
      this.lineOf.set(node, line);
      line = this.after(node, line);
    }
    return line;
  }

  private after(node: Node, start: number): number {
    let line = start + 1;
    if (node.subgraphs().length === 0) return line;
    for (const attribute of node.attributes.values()) {
      line = (attribute.type === 'graph' ? this.graph(attribute.value, line) : line) + 1;
    }
    return line + 1;
  }
}

/** Few inputs stand in the line of the name, others in a line each between brackets. */
function listBreaks(count: number): number {
  return count > inputsOnOneLine ? count + 1 : 0;
}
