/**
 * What onnxruntime made of a quantized model: which operators compute with integers, which stayed float, and what was
 * put between them. Works on the structure of the optimized graph alone.
 */

import { Constants } from '../model/constants.ts';
import { GraphIndex } from '../model/graph-index.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { tensorType } from '../model/types.ts';
import { isFloatType } from '../tensor/dtype.ts';

export type OperatorKind =
  /** Computes with integers. */
  | 'integer'
  /** From float to integers or back. */
  | 'conversion'
  /** Changes the order of a tensor's elements for the kernel behind it. */
  | 'reorder'
  /** Moves values as they are, whatever their type. */
  | 'moving'
  /** Computes with floats. */
  | 'float'
  /** Shapes, conditions and the like. */
  | 'other';

/** What a value holds; undefined for constants. */
type ValueKind = 'integer' | 'float';

const conversions = new Set(['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear']);
const reorders = new Set(['ReorderInput', 'ReorderOutput']);
const moving = new Set(['Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Slice', 'Split',
  'Gather', 'Concat', 'MaxPool', 'NhwcMaxPool', 'Pad', 'Resize', 'Expand', 'Tile', 'DepthToSpace', 'SpaceToDepth']);
const integerKernel = /^(?:QLinear|QGemm$|QAttention$|ConvInteger|MatMulInteger|DynamicQuantize(?:MatMul|LSTM)$)/;
/** Integer kernels whose results are floats. */
const floatResults = /^(?:MatMulIntegerToFloat|DynamicQuantize(?:MatMul|LSTM)|QAttention)$/;
const aboutShapes = new Set(['Shape', 'Size', 'NonZero', 'ArgMax', 'ArgMin', 'Equal', 'Less', 'Greater', 'Not', 'And',
  'Or', 'LessOrEqual', 'GreaterOrEqual', 'IsNaN', 'IsInf']);

/**
 * Float operators that onnxruntime's CPU provider replaces by an integer kernel when all that they read comes from
 * DequantizeLinear and all that they give goes into QuantizeLinear (its QDQ selectors, version 1.30).
 */
const fusible = new Set(['Conv', 'FusedConv', 'ConvTranspose', 'Gemm', 'FusedGemm', 'MatMul', 'Add', 'Mul', 'Where',
  'AveragePool', 'GlobalAveragePool', 'LeakyRelu', 'Sigmoid', 'Softmax', 'Concat']);
/** Those whose integer kernel can give floats: they need no QuantizeLinear behind them. */
const withFloatResult = new Set(['Gemm', 'MatMul']);
/** Output scale of a QGemm: without it the result is float. */
const gemmOutputScale = 7;

export class OptimizedGraph {
  private readonly index: GraphIndex;
  private readonly constants: Constants;
  private readonly nodes: readonly Node[];
  private readonly kinds = new Map<Node, OperatorKind>();
  private readonly values = new Map<string, ValueKind | undefined>();

  constructor(model: Model) {
    this.index = new GraphIndex(model.graph);
    this.constants = Constants.of(model);
    this.nodes = model.graph.nodes;
    for (const input of model.graph.feeds()) {
      const dtype = tensorType(input)?.dtype;
      this.values.set(input.name, dtype !== undefined && isFloatType(dtype) ? 'float' : 'integer');
    }
    // The file is in topological order.
    for (const node of this.nodes) this.add(node);
  }

  kindOf(node: Node): OperatorKind {
    return this.kinds.get(node) ?? 'other';
  }

  ofKind(kind: OperatorKind): readonly Node[] {
    return this.nodes.filter((node) => this.kindOf(node) === kind);
  }

  /** Operators between pairs that an integer kernel should have replaced, but that compute in float. */
  unfused(): readonly Node[] {
    return this.ofKind('float').filter((node) => {
      if (!fusible.has(node.opType)) return false;
      const inputs = node.inputs.filter((name) => name !== '' && !this.isConstant(name));
      if (inputs.length === 0 || !inputs.every((name) => this.isDequantized(name))) return false;
      const uses = node.outputs.flatMap((name) => this.index.uses(name));
      const quantized = uses.length > 0 && uses.every((use) => use.node.is('QuantizeLinear'));
      return quantized || (withFloatResult.has(node.opType) && this.hasQuantizedWeight(node));
    });
  }

  /**
   * Groups of float operators that get their values from integer layers and give them back to integer layers: each
   * costs two conversions.
   */
  islands(): readonly (readonly Node[])[] {
    const seen = new Set<Node>();
    const found: Node[][] = [];
    for (const start of this.ofKind('float')) {
      if (seen.has(start)) continue;
      const island = this.connected(start, seen);
      const floats = island.filter((node) => this.kindOf(node) === 'float');
      const from = island.some((node) => node.inputs.some((name) => this.isDequantized(name)));
      const to = island.some((node) =>
        node.outputs.some((name) => this.index.uses(name).some((use) => use.node.is('QuantizeLinear'))));
      if (from && to) found.push(floats);
    }
    return found;
  }

  private add(node: Node): void {
    const inputs = node.inputs.flatMap((name) => (name === '' || this.isConstant(name) ? [] : [this.values.get(name)]));
    const reads: ValueKind | undefined = inputs.includes('float') ? 'float' : inputs.find((kind) => kind !== undefined);
    const { opType } = node;
    let kind: OperatorKind;
    let gives: ValueKind | undefined;
    if (conversions.has(opType)) {
      const weight = opType === 'DequantizeLinear' && this.isConstant(node.input(0) ?? '');
      kind = 'conversion';
      gives = weight ? undefined : opType === 'DequantizeLinear' ? 'float' : 'integer';
    } else if (integerKernel.test(opType)) {
      kind = 'integer';
      const isFloat = floatResults.test(opType) || (opType === 'QGemm' && !node.input(gemmOutputScale));
      gives = isFloat ? 'float' : 'integer';
    } else if (reorders.has(opType)) {
      [kind, gives] = ['reorder', reads];
    } else if (moving.has(opType)) {
      [kind, gives] = ['moving', reads];
    } else if (aboutShapes.has(opType)) {
      [kind, gives] = ['other', 'integer'];
    } else if (opType === 'Cast') {
      kind = 'other';
      gives = [1, 10, 11, 16].includes(node.int('to', 1)) ? 'float' : 'integer';
    } else {
      [kind, gives] = [reads === 'float' ? 'float' : 'other', reads];
    }
    this.kinds.set(node, kind);
    for (const output of node.outputs) this.values.set(output, gives);
  }

  private isDequantized(name: string): boolean {
    return this.index.producer(name)?.is('DequantizeLinear') === true && !this.isConstant(name);
  }

  /** Constants, and weights that are stored as integers. */
  private isConstant(name: string): boolean {
    if (this.constants.has(name)) return true;
    const producer = this.index.producer(name);
    return producer?.is('DequantizeLinear') === true && this.constants.has(producer.input(0) ?? '');
  }

  private hasQuantizedWeight(node: Node): boolean {
    return node.inputs.some((name) => this.isConstant(name) && !this.constants.has(name));
  }

  /** The float operators that hang together with `start`, and what moves values between them. */
  private connected(start: Node, seen: Set<Node>): Node[] {
    const island: Node[] = [];
    const waiting = [start];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      island.push(node);
      const before = node.inputs.flatMap((name) => this.index.producer(name) ?? []);
      const after = node.outputs.flatMap((name) => this.index.uses(name).map((use) => use.node));
      for (const next of [...before, ...after]) if (this.carriesFloat(next)) waiting.push(next);
    }
    return island;
  }

  private carriesFloat(node: Node): boolean {
    const kind = this.kindOf(node);
    if (kind === 'float') return true;
    return (kind === 'moving' || kind === 'reorder') && this.values.get(node.outputs[0] ?? '') === 'float';
  }
}
