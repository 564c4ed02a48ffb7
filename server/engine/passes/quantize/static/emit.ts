/**
 * Writes a plan into the graph: QuantizeLinear and DequantizeLinear pairs on values, integer weights and biases behind
 * DequantizeLinear nodes. This is the QDQ form of onnxruntime and of every other integer runtime for ONNX.
 */

import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { attr } from '../../../model/attribute.ts';
import { Tensor } from '../../../model/tensor.ts';
import { dataTypeCode } from '../../../tensor/dtype.ts';
import { decibels, type AffineParams, type QuantizedType, type Range } from '../../../tensor/affine.ts';
import type { GramResult } from '../../../runtime/observers/gram.ts';
import { respects, type WeightStore } from '../weight-store.ts';
import type { QuantizedWeights, WeightOptions } from '../weights.ts';
import type { ComputeRole } from './operators.ts';
import { absorbClamps, placePairs, type PairPlace } from './place-pairs.ts';
import { roundingShift } from './rounding-shift.ts';
import { shieldFloatLayers } from './shield.ts';
import type { QuantizationPlan } from './plan.ts';

/** How one layer's weights shall be stored. */
export type LayerWeightOptions = Omit<WeightOptions, 'minimumScale'>;

export interface EmitSettings {
  /** Scale and zero point of a group of values, for layers of one type. */
  params(group: string, type: QuantizedType | undefined): AffineParams;
  /** The same for a constant among the inputs of an elementwise layer, which has a range of its own. */
  constantParams(range: Range, node: Node): AffineParams;
  /** Type of the activations of an integer layer, where they differ. */
  typeOf?(node: Node): QuantizedType;
  weights(node: Node, role: ComputeRole): LayerWeightOptions;
  /** [inputChannels] mean of the layer's input, where known: lets the bias take up the mean of the rounding error. */
  inputMeans?(node: Node): Float64Array | undefined;
  /** [channels] that a layer's bias takes up besides, where there is anything. */
  biasShift?(node: Node): Float64Array | undefined;
  /** Second moments of the layer's input, where known. */
  gram?(node: Node, role: ComputeRole): GramResult | undefined;
  readonly store: Pick<WeightStore, 'quantize'>;
}

export interface EmittedLayer {
  readonly node: Node;
  readonly role: ComputeRole;
  /** SQNR of the weights alone, in dB. */
  readonly weightSqnrDb: number;
}

/** int32 biases keep a factor of two of headroom for the sums they are added to. */
const biasLimit = 2 ** 30;

/**
 * Writes `plan` into `model`, the very clone that the plan was made from.
 *
 * @returns the layers whose weights became integers
 */
export function emitQdq(model: Model, plan: QuantizationPlan, settings: EmitSettings): EmittedLayer[] {
  const editor = new GraphEditor(model);
  const typeOf = (node: Node): QuantizedType | undefined => settings.typeOf?.(node);
  absorbClamps(editor, plan, (group, producer) => settings.params(group, typeOf(producer)));
  const writer = new PairWriter(editor, settings);
  placePairs(editor, plan, (place) => writer.writeValue(place, settings.params(place.group, place.type)), typeOf);
  const layers: EmittedLayer[] = [];
  const constants = Constants.of(model);
  for (const [node, role] of plan.integer) {
    if (role.kind === 'compute') layers.push(writer.writeWeights(node, role, constants));
    else if (role.kind === 'elementwise') writer.writeConstantInputs(node, role.data, constants);
  }
  shieldFloatLayers(editor);
  editor.finish();
  return layers;
}

/** Writes pairs and integer constants into a graph, each constant that several need once. */
export class PairWriter {
  private readonly editor: GraphEditor;
  private readonly settings: EmitSettings;
  private readonly scalars = new Map<string, string>();
  private readonly weights = new Map<string, { name: string; quantized: QuantizedWeights }>();
  private readonly inputParams = new Map<Node, AffineParams>();

  constructor(editor: GraphEditor, settings: EmitSettings) {
    this.editor = editor;
    this.settings = settings;
  }

  /** Puts a pair between the two values of `place`, for its readers among the integer layers. */
  writeValue(place: Omit<PairPlace, 'group' | 'type'>, params: AffineParams): void {
    const { from, to, value: base } = place;
    for (const reader of place.readers) this.inputParams.set(reader, params);
    const scale = this.scalar(Tensor.from(`${base}_scale`, 'float32', [], [params.scale]));
    const { type, zeroPoint: zero } = params;
    const zeroPoint = this.scalar(Tensor.from(`zero_${type}_${zero}`, type, [], [zero]));
    const codes = this.editor.uniqueName(`${base}_q`);
    this.editor.add({
      name: '',
      opType: 'QuantizeLinear',
      inputs: [from, scale, zeroPoint],
      outputs: [codes],
    });
    this.editor.add({
      name: '',
      opType: 'DequantizeLinear',
      inputs: [codes, scale, zeroPoint],
      outputs: [to],
    });
  }

  /** A scale or zero point, stored once for all that use the same. */
  private scalar(tensor: Tensor): string {
    const key = `${tensor.dtype}:${tensor.toNumbers().join()}`;
    let name = this.scalars.get(key);
    if (name === undefined) {
      name = this.editor.addInitializer(tensor);
      this.scalars.set(key, name);
    }
    return name;
  }

  /** Replaces a layer's weight and bias by integers. */
  writeWeights(node: Node, role: ComputeRole, constants: Constants): EmittedLayer {
    const weight = constants.tensor(node.input(role.weight))!;
    const bias = role.bias === undefined ? undefined : constants.tensor(node.input(role.bias));
    const input = this.inputParams.get(node)!;
    const biasValues = bias?.toFloat32();
    const options = this.settings.weights(node, role);
    const minimumScale = biasValues && smallestScales(biasValues, input.scale, options.perChannel);
    const { type, perChannel, pairSafe } = options;
    const key = [weight.name, role.channelAxis, type, perChannel, pairSafe].join('|');
    let stored = this.weights.get(key);
    // Tied weights with biases of their own share codes unless a bias forces another scale.
    if (!stored || !respects(stored.quantized, minimumScale)) {
      const quantized = this.settings.store.quantize(
        weight,
        role.layout,
        { ...options, ...(minimumScale && { minimumScale }) },
        this.settings.gram?.(node, role),
      );
      stored = { name: this.dequantizedConstant(weight, quantized, options, role.channelAxis), quantized };
      this.weights.set(key, stored);
    }
    node.inputs[role.weight] = stored.name;
    const means = this.settings.inputMeans?.(node);
    const shift = means && roundingShift(weight.toFloat32(), stored.quantized, role, node, means);
    if (biasValues || (shift && node.opType !== 'MatMul')) {
      const values = correctedBias(biasValues, shift, this.settings.biasShift?.(node), role.layout.channels);
      const base = bias?.name ?? `${weight.name}_bias`;
      node.inputs[role.bias ?? 2] = this.integerBias(base, values, input, stored.quantized);
    }
    const { signalPower, noisePower } = stored.quantized;
    return { node, role, weightSqnrDb: decibels(signalPower, noisePower) };
  }

  private dequantizedConstant(
    weight: Tensor,
    quantized: QuantizedWeights,
    options: LayerWeightOptions,
    channelAxis: number,
  ): string {
    const { editor } = this;
    const codes = this.codes(weight, quantized, options);
    const channels = quantized.scales.length;
    const dims = options.perChannel ? [channels] : [];
    const scale = editor.addInitializer(Tensor.from(`${weight.name}_scale`, 'float32', dims, quantized.scales));
    const zeroPoint = this.zeroPoints(options.type === 'uint8' ? 'uint8' : 'int8', quantized.zeroPoint, dims);
    return this.dequantize(weight.name, codes, scale, zeroPoint, options.perChannel ? channelAxis : undefined);
  }

  /**
   * Codes of 4 bits are widened in the graph: onnxruntime does that once, while it loads the model, and then finds the
   * pairs of int8 that its integer kernels take; a pair of int4 it would compute in float.
   */
  private codes(weight: Tensor, { codes }: QuantizedWeights, { type }: LayerWeightOptions): string {
    const { editor } = this;
    if (type !== 'int4') return editor.addInitializer(Tensor.fromBytes(`${weight.name}_q`, type, weight.dims, codes));
    const packed = editor.addInitializer(Tensor.from(`${weight.name}_q4`, type, weight.dims, codes));
    const output = editor.uniqueName(`${weight.name}_q`);
    editor.add({
      name: '',
      opType: 'Cast',
      inputs: [packed],
      outputs: [output],
      attributes: { to: attr.int(dataTypeCode('int8')) },
    });
    return output;
  }

  private zeroPoints(type: 'int8' | 'uint8' | 'int32', value: number, dims: readonly number[]): string {
    const count = dims[0] ?? 1;
    const key = `${type}[${dims.join()}]:${value}`;
    let name = this.scalars.get(key);
    if (name === undefined) {
      const base = `zero_${type}_${value}${dims.length > 0 ? `x${count}` : ''}`;
      name = this.editor.addInitializer(Tensor.from(base, type, dims, new Array<number>(count).fill(value)));
      this.scalars.set(key, name);
    }
    return name;
  }

  private dequantize(base: string, codes: string, scale: string, zeroPoint: string, axis?: number): string {
    const output = this.editor.uniqueName(`${base}_dq`);
    this.editor.add({
      name: '',
      opType: 'DequantizeLinear',
      inputs: [codes, scale, zeroPoint],
      outputs: [output],
      ...(axis !== undefined && { attributes: { axis: attr.int(axis) } }),
    });
    return output;
  }

  /** int32 with the scale of the sums it is added to: input scale times weight scale, channel by channel. */
  private integerBias(base: string, values: Float64Array, input: AffineParams, weights: QuantizedWeights): string {
    const { scales } = weights;
    const perChannel = scales.length > 1 || values.length === 1;
    const biasScales = Float32Array.from(scales, (s) => input.scale * s);
    const codes = Int32Array.from(values, (v, c) => {
      const code = Math.round(v / biasScales[perChannel ? c : 0]!);
      return Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), code));
    });
    const name = this.editor.addInitializer(Tensor.fromBytes(`${base}_q`, 'int32', [values.length], codes));
    const dims = scales.length > 1 ? [scales.length] : [];
    const scale = this.editor.addInitializer(Tensor.from(`${base}_scale`, 'float32', dims, biasScales));
    const zeroPoint = this.zeroPoints('int32', 0, dims);
    return this.dequantize(base, name, scale, zeroPoint, dims.length > 0 ? 0 : undefined);
  }

  /** Constants among the inputs of an elementwise layer: one scale each. */
  writeConstantInputs(node: Node, inputs: readonly number[], constants: Constants): void {
    for (const i of inputs) {
      const tensor = constants.tensor(node.input(i));
      if (tensor?.dtype !== 'float32') continue;
      const values = tensor.toFloat32();
      let min = 0;
      let max = 0;
      for (const value of values) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
      const { type, scale, zeroPoint } = this.settings.constantParams({ min, max }, node);
      const codes = Float64Array.from(values, (v) => Math.round(v / scale) + zeroPoint);
      const name = this.editor.addInitializer(Tensor.from(`${tensor.name}_q`, type, tensor.dims, codes));
      const scaleName = this.scalar(Tensor.from(`${tensor.name}_scale`, 'float32', [], [scale]));
      const zeroName = this.scalar(Tensor.from(`zero_${type}_${zeroPoint}`, type, [], [zeroPoint]));
      node.inputs[i] = this.dequantize(tensor.name, name, scaleName, zeroName);
    }
  }
}

/** The smallest weight scale with which each bias value still fits int32. */
function smallestScales(bias: Float32Array, inputScale: number, perChannel: boolean): Float32Array {
  const each = Float32Array.from(bias, (b) => Math.abs(b) / (inputScale * biasLimit));
  return perChannel ? each : Float32Array.of(each.reduce((a, b) => Math.max(a, b), 0));
}

function correctedBias(
  bias: Float32Array | undefined,
  shift: Float64Array | undefined,
  measured: Float64Array | undefined,
  channels: number,
): Float64Array {
  return Float64Array.from({ length: channels }, (_, c) => (bias?.[c] ?? 0) + (shift?.[c] ?? 0) + (measured?.[c] ?? 0));
}
