/** A part of a model as a model of its own: what computes some values from others. */

import { Constants } from '../model/constants.ts';
import { GraphIndex } from '../model/graph-index.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { outerReads } from '../model/toposort.ts';
import { tensorInfo, type TensorType, type ValueInfo } from '../model/types.ts';

/** Types of the values at which a model may be cut. */
export type TypeOf = (value: string) => TensorType | undefined;

/**
 * The part of `model` that computes `outputs` from `inputs` (values of its main graph). Inputs that it does not need
 * are left out; constants come along.
 *
 * In a quantized model a value between layers is what a DequantizeLinear gives. Fed at a cut it goes through its pair
 * once more, which changes nothing (a code's value rounds to that code) and lets the runtime use its integer kernels.
 */
export function sectionOf(
  model: Model,
  inputs: readonly string[],
  outputs: readonly string[],
  typeOf: TypeOf,
): Model {
  const { graph } = model;
  const index = new GraphIndex(graph);
  const constants = Constants.of(model);
  const given = new Set(inputs);
  const needed = new Set<Node>();
  const read = new Set<string>();
  const visit = (name: string): void => {
    if (read.has(name)) return;
    read.add(name);
    const producer = given.has(name) ? undefined : index.producer(name);
    if (!producer || needed.has(producer)) return;
    needed.add(producer);
    for (const input of outerReads(producer)) visit(input);
  };
  for (const name of outputs) visit(name);

  const section = model.clone();
  const place = new Map(graph.nodes.map((node, i) => [node, section.graph.nodes[i]!]));
  const kept = new Set([...needed].map((node) => place.get(node)!));
  section.graph.nodes = section.graph.nodes.filter((node) => kept.has(node));
  const fed = inputs.filter((name) => read.has(name) && !constants.has(name));
  for (const name of fed) repeatPair(section, name, index);
  section.graph.inputs = fed.map((name) => infoOf(name, typeOf));
  section.graph.outputs = outputs.map((name) => graph.outputs.find((info) => info.name === name) ?? { name });
  const used = new Set([...outputs, ...section.graph.nodes.flatMap((node) => [...outerReads(node)])]);
  section.graph.initializers = new Map([...graph.initializers].filter(([name]) => used.has(name)));
  section.graph.sparseInitializers = new Map([...graph.sparseInitializers].filter(([name]) => used.has(name)));
  section.graph.valueInfos.clear();
  section.graph.quantizationAnnotations = [];
  return section;
}

function infoOf(name: string, typeOf: TypeOf): ValueInfo {
  const type = typeOf(name);
  return type?.shape ? tensorInfo(name, type.dtype, type.shape) : { name, ...(type && { type }) };
}

/** Lets all that reads the input `value` read it behind a copy of its pair, where it has one. */
function repeatPair(section: Model, value: string, index: GraphIndex): void {
  const dequantize = index.producer(value);
  const quantize = dequantize?.is('DequantizeLinear') ? index.producer(dequantize.inputs[0]!) : undefined;
  if (!dequantize || !quantize?.is('QuantizeLinear')) return;
  const codes = `${value}/codes-again`;
  const again = `${value}/again`;
  for (const { node } of section.graph.walk()) {
    node.inputs = node.inputs.map((name) => (name === value ? again : name));
  }
  const copy = (node: Node, from: string, to: string): Node => {
    const copied = node.clone();
    copied.name = '';
    copied.inputs = [from, ...node.inputs.slice(1)];
    copied.outputs = [to];
    return copied;
  };
  section.graph.nodes.unshift(copy(quantize, value, codes), copy(dequantize, codes, again));
}
