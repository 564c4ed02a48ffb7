/**
 * Adds nodes to a graph whose shapes are all known: what gradient rules, losses and optimisers emit with. The type of
 * every value is inferred as it is made, so a rule that does not fit fails where it is wrong and not in onnxruntime.
 */

import { LatheError } from '../../errors.ts';
import { attr, type Attribute } from '../../model/attribute.ts';
import { constantNodeTensor } from '../../model/constants.ts';
import type { Model } from '../../model/model.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import { inferShapes } from '../../model/shapes/infer.ts';
import { Known } from '../../model/shapes/known.ts';
import { NodeFacts } from '../../model/shapes/node-facts.ts';
import { ruleFor } from '../../model/shapes/registry.ts';
import { Tensor } from '../../model/tensor.ts';
import { staticShape, tensorInfo, type ValueInfo } from '../../model/types.ts';
import { UniqueNames } from '../../model/unique-names.ts';
import { dataTypeCode, type DataType } from '../../tensor/dtype.ts';

export type Attributes = Readonly<Record<string, Attribute>>;

/** A value, or a number that becomes a scalar constant of the other operand's type. */
export type Operand = string | number;

export interface GraphOptions {
  readonly batchNorm?: 'training' | 'frozen';
  readonly block?: number;
}

export class GraphBuilder {
  /** The model that grows. Its standard operator set is 18 or newer. */
  readonly model: Model;
  private readonly names = new UniqueNames();
  private readonly known = new Map<string, Known>();
  private readonly constants = new Map<string, Tensor>();
  /** Constants made here, by what they hold. */
  private readonly made = new Map<string, string>();

  /** How batch norms with weights that learn compute: with the batch's statistics, or as in use. */
  readonly batchNorm: 'training' | 'frozen';
  /** Running averages, by initializer, and the values of the batch that they follow. */
  readonly tracked: { readonly running: string; readonly batch: string }[] = [];

  /** Channels of a block in onnxruntime's fastest layout (`blockedChannels`); 1 where there is none. */
  readonly block: number;

  /** @param model of known shapes throughout; changed from now on */
  constructor(model: Model, options: GraphOptions = {}) {
    this.model = model;
    this.batchNorm = options.batchNorm ?? 'training';
    this.block = options.block ?? 1;
    const { graph } = model;
    const types = inferShapes(model);
    const add = (name: string): void => {
      if (name === '') return;
      this.names.add(name);
      const type = types.get(name);
      if (type) this.known.set(name, new Known(type, types.elements(name)));
    };
    for (const { name } of graph.inputs) add(name);
    for (const [name, tensor] of graph.initializers) {
      add(name);
      this.constants.set(name, tensor);
    }
    for (const { name } of graph.inputs) this.constants.delete(name);
    for (const node of graph.nodes) {
      for (const output of node.outputs) add(output);
      const tensor = constantNodeTensor(node);
      if (tensor) this.constants.set(node.outputs[0]!, tensor);
    }
    // Emitted nodes use both; the names of nodes need not differ from those of values.
    for (const domain of ['com.microsoft', 'com.microsoft.nchwc']) {
      if (!model.opsetImports.has(domain)) model.opsetImports.set(domain, 1);
    }
  }

  /** Shape of a value; throws `UNSUPPORTED` naming it when it does not follow from the inputs' shapes. */
  dims(value: string): readonly number[] {
    const shape = staticShape(this.known.get(value)?.tensor?.shape);
    if (shape) return shape;
    throw new LatheError('UNSUPPORTED', `The shape of "${value}" is not known, so it cannot be trained through.`, {
      fix: 'Give all inputs a fixed shape, or freeze the layers before this value.',
      at: { value },
    });
  }

  dtype(value: string): DataType {
    return this.known.get(value)?.tensor?.dtype ?? 'undefined';
  }

  isFloat(value: string): boolean {
    const dtype = this.dtype(value);
    return dtype === 'float32' || dtype === 'float64';
  }

  /** The tensor of a constant of the graph; undefined for what is fed or computed. */
  constant(value: string | undefined): Tensor | undefined {
    return value ? this.constants.get(value) : undefined;
  }

  /** Integers that are known beforehand: axes, shapes, pads. Throws `UNSUPPORTED` when they are not. */
  integers(value: string): readonly number[] {
    const tensor = this.constants.get(value);
    if (tensor) return tensor.toNumbers();
    const elements = this.known.get(value)?.elements;
    if (elements?.every((element) => typeof element === 'number')) return elements;
    throw new LatheError('UNSUPPORTED', `"${value}" is computed from data, so what uses it cannot be trained.`, {
      at: { value },
    });
  }

  uniqueName(base: string): string {
    return this.names.claim(base);
  }

  /** Takes away the constants `names`: what makes them now has to be emitted, or declared with `input`. */
  release(names: Iterable<string>): void {
    for (const name of names) {
      this.constants.delete(name);
      this.model.graph.initializers.delete(name);
    }
  }

  /** A graph input, under exactly this name. */
  input(name: string, dtype: DataType, dims: readonly number[]): string {
    this.names.add(name);
    this.model.graph.inputs.push(tensorInfo(name, dtype, dims));
    this.known.set(name, new Known({ kind: 'tensor', dtype, shape: dims }));
    this.constants.delete(name);
    return name;
  }

  /** Makes a value a graph output, under its own name. */
  output(value: string): void {
    const info: ValueInfo = tensorInfo(value, this.dtype(value), this.dims(value));
    if (!this.model.graph.outputs.some(({ name }) => name === value)) this.model.graph.outputs.push(info);
  }

  // Constants

  /** The constant `tensor`, under a name of its own. */
  tensor(tensor: Tensor): string {
    const name = this.uniqueName(tensor.name || 'constant');
    this.model.graph.initializers.set(name, tensor.withName(name));
    this.constants.set(name, tensor);
    this.known.set(name, Known.constant(tensor));
    return name;
  }

  /** A scalar of the type of `value`. */
  like(value: string, number: number): string {
    return this.shared(`${this.dtype(value)} ${number}`, () => Tensor.from('scalar', this.dtype(value), [], [number]));
  }

  /** An int64 vector. */
  ints(values: readonly number[]): string {
    return this.shared(`ints ${values.join()}`, () => Tensor.from('ints', 'int64', [values.length], values));
  }

  /** A tensor of one number throughout. */
  filled(dtype: DataType, dims: readonly number[], number: number): string {
    return this.shared(`${dtype} ${dims.join()} of ${number}`, () => {
      const values = new Float64Array(dims.reduce((a, b) => a * b, 1)).fill(number);
      return Tensor.from('filled', dtype, dims, values);
    });
  }

  private shared(key: string, make: () => Tensor): string {
    let name = this.made.get(key);
    if (name === undefined) {
      name = this.tensor(make());
      this.made.set(key, name);
    }
    return name;
  }

  // Nodes

  /** Adds a node and gives its only, or first, output. */
  emit(opType: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    return this.emitAll(opType, inputs, 1, attributes, domain)[0]!;
  }

  /** Adds a node of `outputs` outputs. */
  emitAll(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Attributes = {},
    domain = '',
  ): readonly string[] {
    const base = opType.toLowerCase();
    const names = Array.from({ length: outputs }, () => this.uniqueName(`${base}_grad`));
    this.put({ opType, inputs, outputs: names, attributes, domain });
    return names;
  }

  /** Adds a node of the model itself, whose types were inferred with the whole. */
  keep(node: Node): void {
    this.model.graph.nodes.push(node);
  }

  /** Adds a node whose outputs have given names. */
  put(fields: NodeFields | Node): Node {
    const node = fields instanceof Node ? fields : new Node(fields);
    this.model.graph.nodes.push(node);
    this.infer(node);
    return node;
  }

  /** The nodes that `work` adds, taken off the graph again. */
  emitted(work: () => void): readonly Node[] {
    const { graph } = this.model;
    const start = graph.nodes.length;
    work();
    return graph.nodes.splice(start);
  }

  private infer(node: Node): void {
    const domain = node.domain === 'ai.onnx' ? '' : node.domain;
    const problem = (_: Node, message: string): void => {
      const shapes = node.inputs.map((name) => `${name} [${this.known.get(name)?.tensor?.shape?.join() ?? '?'}]`);
      const detail = shapes.join('; ');
      throw new LatheError('INTERNAL', `An emitted ${node.opType} is wrong: ${message}.`, { detail });
    };
    const facts = new NodeFacts(
      node,
      this.model.opsetImports.get(domain) ?? 1,
      node.inputs.map((name) => this.known.get(name)),
      { body: () => [], problem },
    );
    const outputs = ruleFor(domain, node.opType)?.(facts) ?? [];
    node.outputs.forEach((name, i) => {
      this.names.add(name);
      const known = outputs[i];
      if (name && known) this.known.set(name, known);
    });
  }

  // The operators that most formulas need

  add(a: string, b: Operand): string {
    return this.binary('Add', a, b);
  }

  sub(a: string, b: Operand): string {
    return this.binary('Sub', a, b);
  }

  mul(a: string, b: Operand): string {
    return b === 1 ? a : this.binary('Mul', a, b);
  }

  div(a: string, b: Operand): string {
    return this.binary('Div', a, b);
  }

  private binary(opType: string, a: string, b: Operand): string {
    return this.emit(opType, [a, typeof b === 'number' ? this.like(a, b) : b]);
  }

  neg(a: string): string {
    return this.emit('Neg', [a]);
  }

  where(condition: string, yes: string, no: string): string {
    return this.emit('Where', [condition, yes, no]);
  }

  cast(value: string, dtype: DataType): string {
    return this.dtype(value) === dtype ? value : this.emit('Cast', [value], { to: attr.int(dataTypeCode(dtype)) });
  }

  reshape(value: string, dims: readonly number[]): string {
    return same(this.dims(value), dims) ? value : this.emit('Reshape', [value, this.ints(dims)]);
  }

  transpose(value: string, permutation: readonly number[]): string {
    if (permutation.every((axis, i) => axis === i)) return value;
    return this.emit('Transpose', [value], { perm: attr.ints(permutation) });
  }

  expand(value: string, dims: readonly number[]): string {
    return same(this.dims(value), dims) ? value : this.emit('Expand', [value, this.ints(dims)]);
  }

  /** Sums over `axes`, which may be none. */
  reduceSum(value: string, axes: readonly number[], keepDims = false): string {
    return this.reduce('ReduceSum', value, axes, keepDims);
  }

  reduceMean(value: string, axes: readonly number[], keepDims = false): string {
    return this.reduce('ReduceMean', value, axes, keepDims);
  }

  private reduce(opType: string, value: string, axes: readonly number[], keepDims: boolean): string {
    if (axes.length === 0) return value;
    return this.emit(opType, [value, this.ints(axes)], { keepdims: attr.int(keepDims ? 1 : 0) });
  }

  concat(values: readonly string[], axis: number): string {
    return values.length === 1 ? values[0]! : this.emit('Concat', values, { axis: attr.int(axis) });
  }

  slice(
    value: string,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): string {
    const lists = [starts, ends, axes, ...(steps ? [steps] : [])];
    return this.emit('Slice', [value, ...lists.map((list) => this.ints(list))]);
  }

  /** Zeros around (or, negative, cut off): all begins, then all ends. */
  pad(value: string, pads: readonly number[]): string {
    return pads.every((pad) => pad === 0) ? value : this.emit('Pad', [value, this.ints(pads)]);
  }

  /** Matrix product of the last two axes, either of them transposed first, times `scale`. */
  matmul(a: string, b: string, options: { transA?: boolean; transB?: boolean; scale?: number } = {}): string {
    const { transA = false, transB = false, scale = 1 } = options;
    if (!transA && !transB && scale === 1) return this.emit('MatMul', [a, b]);
    if (this.dtype(a) !== 'float32') {
      const product = this.matmul(transA ? this.swapLast(a) : a, transB ? this.swapLast(b) : b);
      return this.mul(product, scale);
    }
    const attributes = {
      transA: attr.int(transA ? 1 : 0),
      transB: attr.int(transB ? 1 : 0),
      alpha: attr.float(scale),
    };
    return this.emit('FusedMatMul', [a, b], attributes, 'com.microsoft');
  }

  private swapLast(value: string): string {
    const axes = this.dims(value).map((_, i) => i);
    return this.transpose(value, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
  }

  /** Undoes broadcasting: sums a gradient down to the shape of the operand that was stretched. */
  sumTo(value: string, dims: readonly number[]): string {
    const from = this.dims(value);
    if (same(from, dims)) return value;
    const offset = from.length - dims.length;
    const axes = from.flatMap((length, i) => (i < offset || (dims[i - offset] === 1 && length !== 1) ? [i] : []));
    return this.reshape(this.reduceSum(value, axes), dims);
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}
