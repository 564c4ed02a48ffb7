/** A constant that a model stores in few bits and dequantizes before use: what the layer behind it computes with. */

import { GraphIndex } from '../../engine/model/graph-index.ts';
import { Tensor } from '../../engine/model/tensor.ts';
import type { LoadedModel } from './loaded-model.ts';

/** The integers, and how they become numbers: real = (integer - zeroPoint) * scale, by channel of `axis`. */
export interface DequantizedConstant {
  readonly stored: Tensor;
  /** [1] or [channels] */
  readonly scale: Tensor;
  readonly zeroPoint: Tensor | undefined;
  readonly axis: number;
}

/** All its numbers are in memory at once, as float32: 64 million of them take 256 MB. */
const mostElements = 1 << 26;

const indices = new WeakMap<LoadedModel, GraphIndex[]>();

/**
 * What makes `value` in the graph `place`, where that is a DequantizeLinear of constants; undefined otherwise, for
 * scales by block (ONNX opset 21) and for more elements than are held in memory.
 */
export function dequantizedConstant(
  loaded: LoadedModel,
  place: number,
  value: string,
): DequantizedConstant | undefined {
  const node = indexOf(loaded, place).producer(value);
  if (node?.opType !== 'DequantizeLinear' || node.int('block_size', 0) !== 0) return undefined;
  const [stored, scale, zeroPoint] = node.inputs.map((name) => loaded.constants(place).tensor(name));
  if (!stored || !scale || stored.size > mostElements || (node.inputs[2] ? !zeroPoint : false)) return undefined;
  const axis = node.int('axis', 1);
  return { stored, scale, zeroPoint, axis: axis < 0 ? axis + stored.dims.length : axis };
}

/** The numbers, as ONNX's DequantizeLinear defines them, under the name `name`. */
export function dequantize({ stored, scale, zeroPoint, axis }: DequantizedConstant, name: string): Tensor {
  const values = Float32Array.from(stored.toFloat32());
  const scales = scale.toFloat32();
  const zeros = zeroPoint?.toFloat32();
  const behind = stored.dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const inner = scales.length === 1 ? values.length : behind;
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor(i / inner) % scales.length;
    values[i] = (values[i]! - (zeros?.[channel] ?? 0)) * scales[channel]!;
  }
  return Tensor.fromBytes(name, 'float32', stored.dims, values);
}

function indexOf(loaded: LoadedModel, place: number): GraphIndex {
  const known = indices.get(loaded) ?? [];
  indices.set(loaded, known);
  return (known[place] ??= new GraphIndex(loaded.table.places[place]!.graph));
}
