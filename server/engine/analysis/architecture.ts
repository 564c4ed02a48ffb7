/** What kind of network a model is, told from its operators: advice and predictions differ by kind. */

import { Constants } from '../model/constants.ts';
import type { Graph } from '../model/graph.ts';
import { GraphIndex } from '../model/graph-index.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { tensorType } from '../model/types.ts';
import { plural } from '../util/words.ts';

export type ArchitectureKind =
  | 'convolutional'
  /** Convolutional, mostly of depthwise separable layers. */
  | 'mobile'
  | 'detector'
  /** Reads a whole sequence at once. */
  | 'transformer'
  /** Predicts the next token of a text. */
  | 'decoder'
  | 'recurrent'
  /** Only fully connected layers, or nothing that is known here. */
  | 'other';

export interface Architecture {
  readonly kind: ArchitectureKind;
  /** What it is told from: "27 convolutions, 13 of them depthwise". */
  readonly evidence: string;
  /** Float weights, in bytes, by where they are. */
  readonly bytes: {
    readonly convolutions: number;
    /** Gemm: fully connected layers. */
    readonly dense: number;
    /** MatMul, and attention as one operator. */
    readonly matrices: number;
    readonly recurrent: number;
  };
}

/** Depthwise layers from which a network counts as a mobile one. */
const fewestDepthwise = 3;
const recurrentShare = 0.3;

const attentionTypes = ['Attention', 'MultiHeadAttention', 'GroupQueryAttention'];

/** Looks at the whole model, subgraphs included. */
export function architectureOf(model: Model): Architecture {
  const counts = new Map<string, number>();
  const bytes = { convolutions: 0, dense: 0, matrices: 0, recurrent: 0 };
  let depthwise = 0;
  const visit = (graph: Graph, outer: Constants | undefined): void => {
    const constants = new Constants(graph, model.irVersion, outer);
    for (const node of graph.nodes) {
      counts.set(node.opType, (counts.get(node.opType) ?? 0) + 1);
      const own = constantBytes(node, constants);
      if (node.is('Conv', 'ConvTranspose')) bytes.convolutions += own;
      else if (node.is('LSTM', 'GRU', 'RNN')) bytes.recurrent += own;
      else if (node.is('Gemm')) bytes.dense += own;
      else if (node.is('MatMul', ...attentionTypes)) bytes.matrices += own;
      const groups = node.int('group', 1);
      if (node.is('Conv') && groups > 1 && constants.tensor(node.input(1))?.dims[1] === 1) depthwise += 1;
      for (const inner of node.subgraphs()) visit(inner, constants);
    }
  };
  visit(model.graph, undefined);
  const found = (...types: readonly string[]): number => types.reduce((sum, type) => sum + (counts.get(type) ?? 0), 0);
  const total = bytes.convolutions + bytes.dense + bytes.matrices + bytes.recurrent;
  const of = (kind: ArchitectureKind, evidence: string): Architecture => ({ kind, evidence, bytes });

  const recurrent = found('LSTM', 'GRU', 'RNN');
  // Their weights may be computed from others, and then are no constants of theirs.
  if (recurrent > 0 && (bytes.recurrent === 0 || bytes.recurrent / total > recurrentShare)) {
    return of('recurrent', plural(recurrent, 'recurrent layer'));
  }
  const attentions = countAttentions(model.graph) + found(...attentionTypes);
  if (attentions > 0 && bytes.matrices + bytes.dense > bytes.convolutions) {
    const blocks = plural(attentions, 'attention');
    if (predictsTokens(model)) return of('decoder', `${blocks}, tokens in and their scores out`);
    return of('transformer', blocks);
  }
  const convolutions = found('Conv');
  if (convolutions === 0 || bytes.convolutions < bytes.matrices + bytes.dense) {
    const products = plural(found('MatMul', 'Gemm'), 'matrix product');
    return of('other', `${products} and ${plural(convolutions, 'convolution')}`);
  }
  const words = plural(convolutions, 'convolution') + (depthwise > 0 ? `, ${depthwise} of them depthwise` : '');
  if (detects(model, found)) return of('detector', `${words}, and boxes as output`);
  return of(depthwise >= fewestDepthwise ? 'mobile' : 'convolutional', words);
}

function constantBytes(node: Node, constants: Constants): number {
  return node.inputs.reduce((sum, name) => {
    const tensor = constants.tensor(name);
    return sum + (tensor?.dtype === 'float32' ? tensor.byteLength : 0);
  }, 0);
}

/** Softmaxes whose result is multiplied with another value, not with constants. */
function countAttentions(graph: Graph): number {
  const index = new GraphIndex(graph);
  const reaches = (value: string, steps: number): boolean => index.uses(value).some(({ node }) => {
    if (node.is('MatMul', 'Einsum')) return node.inputs.every((name) => index.producer(name) !== undefined);
    const passes = node.is('Dropout', 'Cast', 'Identity', 'Reshape', 'Transpose', 'Mul', 'Where');
    return passes && steps > 0 && node.outputs.some((output) => reaches(output, steps - 1));
  });
  return graph.nodes.filter((node) => node.is('Softmax') && reaches(node.outputs[0]!, 3)).length;
}

/** Whole numbers of two axes in, floats of three axes out: tokens, and scores for what follows each. */
function predictsTokens({ graph }: Model): boolean {
  const tokens = graph.feeds().some((input) => {
    const type = tensorType(input);
    return (type?.dtype === 'int64' || type?.dtype === 'int32') && type.shape?.length === 2;
  });
  const scores = graph.outputs.some((output) => {
    const type = tensorType(output);
    return type?.dtype.includes('float') === true && type.shape?.length === 3;
  });
  // An encoder gives a vector for each token, from masks as well; a decoder needs no mask of its caller.
  return tokens && scores && !graph.feeds().some(({ name }) => /mask|segment|token_type/i.test(name));
}

/** Suppression of overlaps in the graph, or rows of box and scores from several scales. */
function detects({ graph }: Model, found: (...types: readonly string[]) => number): boolean {
  if (found('NonMaxSuppression') > 0) return true;
  const rows = graph.outputs.some((output) => {
    const shape = tensorType(output)?.shape;
    return shape?.length === 3 && shape.some((dim) => typeof dim === 'number' && dim >= 5 && dim <= 400);
  });
  return rows && found('Concat') > 0 && found('Resize', 'Upsample') > 0;
}
