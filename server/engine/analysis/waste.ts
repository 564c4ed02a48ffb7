/** What a model carries along for nothing, from its structure: what the step `fold` would mend. */

import { Constants } from '../model/constants.ts';
import { GraphIndex } from '../model/graph-index.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import type { Tensor } from '../model/tensor.ts';

export interface Waste {
  /** Batch norms behind a convolution or matrix product that nothing else reads. */
  readonly batchNorms: readonly Node[];
  /** Nodes whose inputs are all constants. */
  readonly computable: readonly Node[];
  /** Nodes that give what they get. */
  readonly identities: readonly Node[];
  /** Nodes that nothing needs. */
  readonly dead: readonly Node[];
  /** Constants of equal content, by groups of two or more; what all but one of each take. */
  readonly duplicates: readonly (readonly Tensor[])[];
}

const linear: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** What `fold` does not compute: its results differ from run to run, or grow. */
const notComputed: ReadonlySet<string> = new Set([
  'Constant', 'ConstantOfShape', 'RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli',
  'Multinomial', 'DequantizeLinear', 'QuantizeLinear', 'DynamicQuantizeLinear', 'If', 'Loop', 'Scan', 'SequenceMap',
]);

/** Smaller constants are not worth a word. */
const leastBytes = 1024;

/** Of the main graph. Reads constants that might be equal, and no others. */
export function wasteOf(model: Model): Waste {
  const { graph } = model;
  const index = new GraphIndex(graph);
  const constants = Constants.of(model);
  const isStandard = (node: Node): boolean => node.domain === '' || node.domain === 'ai.onnx';
  const batchNorms: Node[] = [];
  const identities: Node[] = [];
  const computable: Node[] = [];
  const computed = new Set<string>();
  for (const node of graph.nodes) {
    if (!isStandard(node)) continue;
    const [input = ''] = node.inputs;
    const maker = index.producer(input);
    const isAffine = [1, 2, 3, 4].every((i) => constants.has(node.inputs[i]));
    if (node.is('BatchNormalization') && maker && linear.has(maker.opType) && index.soleUse(input) && isAffine) {
      batchNorms.push(node);
    }
    const isKept = index.isOutput(node.outputs[0] ?? '') && index.isOutput(input);
    if ((node.is('Identity') || isIdleDropout(node)) && !isKept) identities.push(node);
    const isConstant = (name: string): boolean => name === '' || constants.has(name) || computed.has(name);
    if (node.inputs.length === 0 || notComputed.has(node.opType) || !node.inputs.every(isConstant)) continue;
    for (const output of node.outputs) computed.add(output);
    if (!node.is('Identity')) computable.push(node);
  }
  return { batchNorms, identities, computable, dead: deadNodes(model, index), duplicates: duplicates(model) };
}

function isIdleDropout(node: Node): boolean {
  return node.is('Dropout') && node.inputs.length < 3 && node.outputs.filter(Boolean).length === 1;
}

function deadNodes({ graph }: Model, index: GraphIndex): Node[] {
  const dead = new Set<Node>();
  for (const node of graph.nodes.toReversed()) {
    const isUsed = node.outputs.some((output) => output !== '' && (index.isOutput(output)
      || index.uses(output).some((use) => use.graph !== graph || !dead.has(use.node))));
    if (!isUsed) dead.add(node);
  }
  return graph.nodes.filter((node) => dead.has(node) && !node.is('Constant'));
}

function duplicates({ graph }: Model): Tensor[][] {
  const alike = new Map<string, Tensor[]>();
  for (const tensor of graph.initializers.values()) {
    if (tensor.dtype === 'string' || tensor.byteLength < leastBytes || tensor.byteLength > mostBytes) continue;
    const key = `${tensor.dtype} ${tensor.dims.join(' ')}`;
    const list = alike.get(key);
    if (list) list.push(tensor);
    else alike.set(key, [tensor]);
  }
  return [...alike.values()].flatMap((tensors) => (tensors.length < 2 ? [] : equalOnes(tensors)));
}

/** Larger constants are not compared: reading them all would keep the disk busy for a rare find. */
const mostBytes = 16 * 2 ** 20;

/** The first bytes tell most tensors apart, so that few are read whole. */
const probeBytes = 64;

function equalOnes(tensors: readonly Tensor[]): Tensor[][] {
  const groups = new Map<string, Tensor[]>();
  for (const tensor of tensors) {
    if (tensor.storage.external) continue;
    const probe = Buffer.from(tensor.storage.read(0, Math.min(probeBytes, tensor.byteLength))).toString('base64');
    const list = groups.get(probe);
    if (list) list.push(tensor);
    else groups.set(probe, [tensor]);
  }
  return [...groups.values()].flatMap((candidates) => (candidates.length < 2 ? [] : wholeEqual(candidates)));
}

function wholeEqual(candidates: readonly Tensor[]): Tensor[][] {
  const groups: { readonly bytes: Uint8Array; readonly tensors: Tensor[] }[] = [];
  for (const tensor of candidates) {
    const bytes = tensor.bytes();
    const group = groups.find((one) => Buffer.compare(one.bytes, bytes) === 0);
    if (group) group.tensors.push(tensor);
    else groups.push({ bytes, tensors: [tensor] });
  }
  return groups.flatMap(({ tensors }) => (tensors.length > 1 ? [tensors] : []));
}
