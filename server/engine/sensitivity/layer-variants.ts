/** The forms of a network in which a single layer is quantized: wholly, its weights only, its activations only. */

import { Constants } from '../model/constants.ts';
import { GraphIndex } from '../model/graph-index.ts';
import { GraphEditor } from '../model/graph-editor.ts';
import type { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import type { Candidate, CandidateLayer, CandidateMaker, KeptLayers } from '../passes/quantize/candidates.ts';
import { planQuantization } from '../passes/quantize/static/plan.ts';
import { shieldFloatLayers } from '../passes/quantize/static/shield.ts';
import { roleOf, type ComputeRole } from '../passes/quantize/static/operators.ts';

/** A layer of the float network that integer kernels can compute. */
export interface StudiedLayer {
  readonly layer: CandidateLayer;
  /** Indices of its first and last node in the float network: a clamp that it takes over counts. */
  readonly first: number;
  readonly last: number;
}

const float = { mode: 'float', reason: 'analysis' } as const;

/** Makes the forms, one layer at a time. */
export class LayerVariants {
  readonly layers: readonly StudiedLayer[];
  /**
   * Pairs of nodes that must stay in one part when the network is cut: a clamp that the node before it takes over, so
   * that the value between them is not in every form of the network.
   */
  readonly together: readonly (readonly [number, number])[];
  /** Everything quantized. */
  readonly all: Candidate;
  private readonly maker: CandidateMaker;
  private planned: readonly string[] | undefined;
  private readonly roles = new Map<string, { readonly node: Node; readonly role: ComputeRole }>();

  constructor(maker: CandidateMaker) {
    this.maker = maker;
    this.all = maker.make();
    const { nodes } = maker.prepared.graph;
    const constants = Constants.of(maker.prepared);
    const copy = maker.prepared.clone();
    const clamps = new Map<number, number>();
    const at = new Map(copy.graph.nodes.map((node, i) => [node, i]));
    for (const [clamp, { producer }] of planQuantization(copy, () => true).absorbed) {
      clamps.set(at.get(producer)!, at.get(clamp)!);
    }
    const places = new Map<string, number>();
    for (const [i, node] of nodes.entries()) {
      const role = roleOf(node, constants);
      if (role?.kind !== 'compute') continue;
      places.set(node.label, i);
      this.roles.set(node.label, { node, role });
    }
    this.together = [...clamps];
    this.layers = this.all.layers.flatMap((layer) => {
      const first = layer.mode === 'int8' ? places.get(layer.name) : undefined;
      return first === undefined ? [] : [{ layer, first, last: clamps.get(first) ?? first }];
    });
  }

  /** The float network with this layer quantized. */
  alone(name: string): Model {
    const kept: KeptLayers = new Map(
      this.all.layers.flatMap((layer) => (layer.name === name ? [] : [[layer.name, float]])),
    );
    return this.maker.make(kept).model;
  }

  /** The quantized network with this layer float, and the nodes that differ by it from the quantized network. */
  without(name: string): { readonly model: Model; readonly first: number; readonly last: number } {
    // Layers without weights follow those around them, so that more than this one may be float.
    this.planned ??= planSignatures(this.maker.prepared, () => true);
    const planned = planSignatures(this.maker.prepared, (node) => node.label !== name);
    const { first, last } = this.layers.find(({ layer }) => layer.name === name)!;
    const places = [first, last, ...[...planned.keys()].filter((i) => planned[i] !== this.planned![i])];
    const { model } = this.maker.make(new Map([[name, float]]));
    return { model, first: Math.min(...places), last: Math.max(...places) };
  }

  /** @param alone what `alone` gave: the float network with the quantized weights and bias of the layer, as floats */
  weightsOnly(name: string, alone: Model): Model {
    const model = this.maker.prepared.clone();
    const { role } = this.roles.get(name)!;
    const quantized = quantizedNode(alone, role);
    const node = model.graph.nodes.find(({ label }) => label === name);
    if (!quantized || !node) return model;
    const constants = Constants.of(alone);
    const index = new GraphIndex(alone.graph);
    for (const input of [role.weight, role.bias ?? 2]) {
      const stored = index.producer(quantized.input(input) ?? '');
      if (!stored?.is('DequantizeLinear')) continue;
      const tensor = dequantized(stored, constants, `${name}/quantized-${input}`);
      model.graph.initializers.set(tensor.name, tensor);
      node.inputs[input] = tensor.name;
    }
    return model;
  }

  /** The same with the layer's activations quantized and its weights as they were. */
  activationsOnly(name: string, alone: Model): Model {
    const model = alone.clone();
    const { node: original, role } = this.roles.get(name)!;
    const node = quantizedNode(model, role);
    if (!node) return model;
    for (const [i, input] of original.inputs.entries()) {
      if (i === role.data || !input) continue;
      node.inputs[i] = input;
      restore(model.graph, this.maker.prepared.graph, input);
    }
    node.inputs.length = original.inputs.length;
    const editor = new GraphEditor(model);
    shieldFloatLayers(editor);
    editor.finish();
    return model;
  }
}

/** [nodes] what becomes of each node and of the values around it: equal texts for equal quantization. */
function planSignatures(prepared: Model, wanted: (node: Node) => boolean): string[] {
  const model = prepared.clone();
  const { nodes } = model.graph;
  const { integer, absorbed, groupOf } = planQuantization(model, wanted);
  const members = new Map<string, string[]>();
  for (const [value, group] of groupOf) members.set(group, [...members.get(group) ?? [], value]);
  // Values of one group share a range, so that whoever joins or leaves it changes them all.
  const pair = (value: string): string => members.get(groupOf.get(value) ?? '')?.sort().join() ?? '';
  return nodes.map((node) =>
    [integer.has(node), absorbed.has(node), ...[...node.inputs, ...node.outputs].map(pair)].join('|'));
}

/** The one layer whose weight is stored as integers. */
function quantizedNode(model: Model, { weight }: ComputeRole): Node | undefined {
  const index = new GraphIndex(model.graph);
  const constants = Constants.of(model);
  return model.graph.nodes.find((node) => {
    const stored = index.producer(node.input(weight) ?? '');
    return stored?.is('DequantizeLinear') && constants.has(stored.inputs[0]) && roleIsCompute(node);
  });
}

function roleIsCompute(node: Node): boolean {
  return node.is('Conv', 'Gemm', 'MatMul');
}

function restore(graph: Graph, from: Graph, name: string): void {
  const tensor = from.initializers.get(name);
  if (tensor) graph.initializers.set(name, tensor);
}

/** What a DequantizeLinear of constants gives. */
function dequantized(node: Node, constants: Constants, name: string): Tensor {
  const [codes, scale, zero] = [0, 1, 2].map((i) => constants.tensor(node.input(i)));
  const { dims } = codes!;
  const values = Float32Array.from(codes!.toNumbers());
  const scales = scale!.toFloat32();
  const zeros = zero?.toNumbers() ?? [0];
  const axis = scales.length > 1 ? (node.int('axis', 1) + dims.length) % dims.length : 0;
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channels = dims[axis] ?? 1;
  for (let i = 0; i < values.length; i++) {
    const channel = scales.length > 1 ? Math.floor(i / inner) % channels : 0;
    values[i] = (values[i]! - (zeros[zeros.length > 1 ? channel : 0] ?? 0)) * scales[channel]!;
  }
  return Tensor.from(name, 'float32', dims, values);
}
