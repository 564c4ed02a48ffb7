/** The layers of a graph whose weights can be stored in few bits, and how each weight is a matrix. */

import type { Constants } from '../../../model/constants.ts';
import type { Graph } from '../../../model/graph.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { WeightMatrix } from './block-weights.ts';

/**
 * How a tensor's elements are the rows and columns of its matrix: as they are; columns first (MatMul's [K, N]); or a
 * convolution's [M, C, ...kernel], whose columns are ordered kernel position first, as `gram` sees them.
 */
export type MatrixOrder = 'rows' | 'columns' | 'convolution';

export type LayerPart = 'embedding' | 'head' | 'depthwise' | 'layer';

export interface WeightLayer {
  readonly node: Node;
  /** Index of the input that holds the weight. */
  readonly input: number;
  readonly weight: Tensor;
  readonly order: MatrixOrder;
  readonly rows: number;
  readonly columns: number;
  readonly part: LayerPart;
  /** A matrix product X·W whose every output is a row of the matrix: what kernels of packed weights compute. */
  readonly product: boolean;
}

/** Weights with fewer elements than this stay float: scales and extra nodes would cost more than they save. */
const smallestElements = 512;

/** Layers of one graph, in its order; those of subgraphs are found by asking again. */
export function findWeightLayers(graph: Graph, constants: Constants): WeightLayer[] {
  const index = new GraphIndex(graph);
  const layers: WeightLayer[] = [];
  for (const node of graph.nodes) {
    for (const input of weightInputs(node)) {
      const weight = floatWeight(node.input(input), constants);
      const found = weight && describe(node, input, weight);
      if (found) layers.push(found.part === 'layer' && isHead(node, index) ? { ...found, part: 'head' } : found);
    }
  }
  return layers;
}

function weightInputs(node: Node): number[] {
  if (node.is('LSTM', 'GRU', 'RNN')) return [1, 2];
  if (node.is('Conv', 'ConvTranspose', 'Gemm')) return [1];
  if (node.is('MatMul')) return [0, 1];
  return node.is('Gather') ? [0] : [];
}

function floatWeight(name: string | undefined, constants: Constants): Tensor | undefined {
  const tensor = constants.tensor(name);
  const quantizable = tensor?.dtype === 'float32' && tensor.dims.length > 1 && tensor.size >= smallestElements;
  return quantizable ? tensor : undefined;
}

function describe(node: Node, input: number, weight: Tensor): WeightLayer | undefined {
  const { dims, size } = weight;
  const last = dims.at(-1)!;
  const plain = { node, input, weight, product: false, part: 'layer' } as const;
  const byRows = (columns: number): WeightLayer => ({ ...plain, order: 'rows', rows: size / columns, columns });
  if (node.is('Gather')) {
    return node.int('axis', 0) === 0 && dims.length === 2 ? { ...byRows(last), part: 'embedding' } : undefined;
  }
  if (node.is('Conv')) {
    const depthwise = dims[1] === 1 && node.int('group', 1) > 1;
    const columns = size / dims[0]!;
    return { ...plain, order: 'convolution', rows: dims[0]!, columns, part: depthwise ? 'depthwise' : 'layer' };
  }
  if (node.is('Gemm')) {
    const simple = node.int('transA', 0) === 0 && node.float('alpha', 1) === 1 && node.float('beta', 1) === 1;
    const rowsFirst = node.int('transB', 0) !== 0;
    const [rows, columns] = rowsFirst ? [dims[0]!, dims[1]!] : [dims[1]!, dims[0]!];
    return { ...plain, order: rowsFirst ? 'rows' : 'columns', rows, columns, product: simple };
  }
  if (node.is('MatMul') && input === 1 && dims.length === 2) {
    return { ...plain, order: 'columns', rows: dims[1]!, columns: dims[0]!, product: true };
  }
  return byRows(last);
}

const passing = ['Add', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Cast', 'Transpose', 'Softmax',
  'LogSoftmax', 'Sigmoid', 'Mul', 'Div', 'Slice', 'Gather'];

/** Whether what a product gives leaves the graph with nothing but small changes. */
function isHead(node: Node, index: GraphIndex): boolean {
  if (!node.is('MatMul', 'Gemm')) return false;
  let value = node.outputs[0]!;
  for (let step = 0; step < 8; step++) {
    if (index.isOutput(value)) return true;
    const [use, ...others] = index.uses(value);
    if (!use || others.length > 0 || use.graph !== index.graph || !use.node.is(...passing)) return false;
    value = use.node.outputs[0]!;
  }
  return false;
}

/** The weight's numbers as rows of what each output sums. */
export function matrixOf(layer: WeightLayer): WeightMatrix {
  const { weight, order, rows, columns } = layer;
  const source = weight.toFloat32();
  if (order === 'rows') return { rows, columns, values: source };
  const values = new Float32Array(source.length);
  const at = elementOrder(layer);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++) values[row * columns + k] = source[at(row, k)]!;
  }
  return { rows, columns, values };
}

/** The weight's tensor again, from a matrix of its rows. */
export function tensorOf(layer: WeightLayer, values: Float32Array): Tensor {
  const { weight: { name, dims }, order, rows, columns } = layer;
  if (order === 'rows') return Tensor.fromBytes(name, 'float32', dims, values);
  const out = new Float32Array(values.length);
  const at = elementOrder(layer);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++) out[at(row, k)] = values[row * columns + k]!;
  }
  return Tensor.fromBytes(name, 'float32', dims, out);
}

/** Position in the tensor of column `k` of row `row`. */
function elementOrder({ weight: { dims }, order, rows, columns }: WeightLayer): (row: number, k: number) => number {
  if (order === 'columns') return (row, k) => k * rows + row;
  const inputs = dims[1]!;
  const taps = columns / inputs;
  return (row, k) => row * columns + (k % inputs) * taps + Math.floor(k / inputs);
}
