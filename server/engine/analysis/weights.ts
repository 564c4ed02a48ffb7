/** Which layer each constant of a graph belongs to, and which constants are parameters. */

import type { ConstantPlace, Constants } from '../model/constants.ts';
import type { Graph } from '../model/graph.ts';
import type { Node } from '../model/node.ts';
import type { Tensor } from '../model/tensor.ts';

/** One constant that a layer computes with, and the input of the layer that brings it. */
export interface Weight {
  readonly tensor: Tensor;
  /** Number of parameters in it: 0 for indices, shapes, scales and zero points. */
  readonly parameters: number;
}

/** A constant on its way to a layer. */
interface Part {
  readonly place: ConstantPlace;
  readonly parameters: number;
}

/** Operators that only prepare a constant for the layer that reads it. */
const preparing: ReadonlySet<string> = new Set([
  'Cast', 'DequantizeLinear', 'Flatten', 'Identity', 'QuantizeLinear', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze',
]);

/** Inputs that describe how another input is quantized. */
const quantizationInputs: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [1, 2],
  DequantizeLinear: [1, 2],
  QLinearConv: [1, 2, 4, 5, 6, 7],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  ConvInteger: [2, 3],
  MatMulInteger: [2, 3],
  QGemm: [1, 2, 4, 5, 7, 8],
  QLinearAdd: [1, 2, 4, 5, 6, 7],
  QLinearMul: [1, 2, 4, 5, 6, 7],
  DynamicQuantizeMatMul: [2, 3],
  MatMulIntegerToFloat: [2, 3, 4, 5],
  MatMulNBits: [2, 3, 4],
  MatMulBnb4: [2],
  DynamicQuantizeLSTM: [8, 9, 10, 11],
  GatherBlockQuantized: [2, 3],
};

function parametersOf(node: Node, index: number, tensor: Tensor): number {
  if (tensor.dtype === 'int64' || tensor.dtype === 'bool' || tensor.dtype === 'string') return 0;
  if (quantizationInputs[node.opType]?.includes(index)) return 0;
  // Other quantized operators of onnxruntime: single numbers beside their data.
  if (node.opType.startsWith('QLinear') && tensor.size === 1) return 0;
  const packed = packedCount(node, index);
  return packed ?? tensor.size;
}

/** Numbers in weights of which one byte holds several. */
function packedCount(node: Node, index: number): number | undefined {
  if (index !== 1 || (node.opType !== 'MatMulNBits' && node.opType !== 'MatMulBnb4')) return undefined;
  const [rows, columns] = [node.int('N'), node.int('K')];
  return rows === undefined || columns === undefined ? undefined : rows * columns;
}

/**
 * Assigns the constants that the nodes of `graph` read. A constant that goes through nodes which only prepare it
 * (dequantization, casts, …) belongs to the layer behind them; one that several layers read belongs to the first.
 *
 * @param seen constants that belong to a layer already; those found here are added
 */
export function weightsOf(
  graph: Graph,
  constants: Constants,
  seen: Set<ConstantPlace>,
): ReadonlyMap<Node, readonly Weight[]> {
  const weights = new Map<Node, Weight[]>();
  /** What a prepared value is made of. */
  const prepared = new Map<string, readonly Part[]>();
  for (const node of graph.nodes) {
    let parts: Part[] | undefined;
    for (let index = 0; index < node.inputs.length; index++) {
      const name = node.inputs[index]!;
      const place = constants.place(name);
      if (place) (parts ??= []).push({ place, parameters: parametersOf(node, index, place.tensor) });
      else {
        const inner = prepared.get(name);
        if (inner) (parts ??= []).push(...inner);
      }
    }
    if (!parts) continue;
    const [data] = node.inputs;
    const isConstant = data !== undefined && (constants.has(data) || prepared.has(data));
    if (isConstant && preparing.has(node.opType) && node.outputs[0]) {
      prepared.set(node.outputs[0], parts);
      continue;
    }
    const own: Weight[] = [];
    for (const { place, parameters } of parts) {
      if (seen.has(place)) continue;
      seen.add(place);
      own.push({ tensor: place.tensor, parameters });
    }
    if (own.length > 0) weights.set(node, own);
  }
  return weights;
}
