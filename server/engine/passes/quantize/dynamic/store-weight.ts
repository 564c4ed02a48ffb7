/**
 * A layer's weight in fewer bits, and the nodes that make it float again. They are Cast and Mul, not DequantizeLinear:
 * runtimes compute those once, when they load the model, so that the layer runs as fast as before, while onnxruntime
 * leaves DequantizeLinear to every run.
 */

import { attr } from '../../../model/attribute.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { GramResult } from '../../../runtime/observers/gram.ts';
import { decibels } from '../../../tensor/affine.ts';
import { dataTypeCode } from '../../../tensor/dtype.ts';
import { decodeSmallFloats, encodeSmallFloats } from '../../../tensor/float-formats.ts';
import { roundToHalves } from '../half-rounding.ts';
import type { WeightStore } from '../weight-store.ts';
import { quantizeWeights, scaleOfZeros, type StoredType, type WeightLayout } from '../weights.ts';

/** What rounding may go by, where the layer's inputs were seen. */
export interface SeenInputs {
  readonly store: WeightStore;
  readonly gram: GramResult;
}

export interface StoredLayout {
  readonly layout: WeightLayout;
  /** Axis of the weight that tells output channels apart: each has a scale. */
  readonly axis: number;
}

export interface StoredWeight {
  /** The value that the layer reads. */
  readonly value: string;
  readonly sqnrDb: number;
}

interface Codes {
  readonly tensor: Tensor;
  readonly scales?: Float32Array;
  readonly sqnrDb: number;
}

/** Adds the weight as `type` and the nodes behind it. */
export function storeWeight(
  editor: GraphEditor,
  weight: Tensor,
  where: StoredLayout,
  type: StoredType,
  seen: SeenInputs | undefined,
): StoredWeight {
  const { tensor, scales, sqnrDb } = codesOf(weight, where, type, seen);
  const codes = editor.addInitializer(tensor);
  const cast = (from: string, base: string, to: 'float32' | 'int8'): string => {
    const output = editor.uniqueName(base);
    const attributes = { to: attr.int(dataTypeCode(to)) };
    editor.add({ opType: 'Cast', name: '', inputs: [from], outputs: [output], attributes });
    return output;
  };
  if (!scales) return { value: cast(codes, `${weight.name}_float`, 'float32'), sqnrDb };
  const dims = weight.dims.map((dim, d) => (d === where.axis ? dim : 1));
  const scale = editor.addInitializer(Tensor.from(`${weight.name}_scale`, 'float32', dims, scales));
  // Codes of 4 bits are widened to whole bytes first: every runtime that unpacks them can do that much.
  const bytes = type === 'int4' ? cast(codes, `${weight.name}_int8`, 'int8') : codes;
  const floats = cast(bytes, `${weight.name}_float`, 'float32');
  const output = editor.uniqueName(`${weight.name}_dq`);
  editor.add({ opType: 'Mul', name: '', inputs: [floats, scale], outputs: [output] });
  return { value: output, sqnrDb };
}

function codesOf(weight: Tensor, { layout }: StoredLayout, type: StoredType, seen: SeenInputs | undefined): Codes {
  const { name, dims } = weight;
  switch (type) {
    case 'float16': {
      const values = weight.toFloat32();
      const halves = seen ? roundToHalves(values, layout, seen.gram) : encodeSmallFloats('float16', values);
      return {
        tensor: Tensor.fromBytes(`${name}_float16`, 'float16', dims, halves),
        sqnrDb: errorDb(values, decodeSmallFloats('float16', halves)),
      };
    }
    case 'int16':
      return wideCodes(weight, layout);
    case 'int8':
    case 'int4': {
      const options = { type, perChannel: true, pairSafe: false, search: true, rounding: 'learned' } as const;
      const { codes, scales, signalPower, noisePower } = seen
        ? seen.store.quantize(weight, layout, options, seen.gram)
        : quantizeWeights(weight.toFloat32(), layout, options);
      const tensor = type === 'int4'
        ? Tensor.from(`${name}_q4`, type, dims, codes)
        : Tensor.fromBytes(`${name}_q`, type, dims, codes);
      return { tensor, scales, sqnrDb: decibels(signalPower, noisePower) };
    }
  }
}

const largestCode16 = 2 ** 15 - 1;

/** 16 bits a weight and a scale a channel: as many bytes as float16, and up to 5 bits nearer. */
function wideCodes(weight: Tensor, layout: WeightLayout): Codes {
  const values = weight.toFloat32();
  const codes = new Int16Array(values.length);
  const scales = new Float32Array(layout.channels);
  const decoded = new Float32Array(values.length);
  for (let channel = 0; channel < layout.channels; channel++) {
    let largest = 0;
    for (let k = 0; k < layout.reduction; k++) {
      largest = Math.max(largest, Math.abs(values[layout.index(channel, k)]!));
    }
    const scale = Math.fround(largest / largestCode16) || scaleOfZeros;
    scales[channel] = scale;
    for (let k = 0; k < layout.reduction; k++) {
      const at = layout.index(channel, k);
      const code = Math.round(values[at]! / scale);
      codes[at] = Math.max(-largestCode16, Math.min(largestCode16, code));
      decoded[at] = codes[at] * scale;
    }
  }
  const tensor = Tensor.fromBytes(`${weight.name}_q`, 'int16', weight.dims, codes);
  return { tensor, scales, sqnrDb: errorDb(values, decoded) };
}

function errorDb(values: Float32Array, decoded: Float32Array): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < values.length; i++) {
    signal += values[i]! ** 2;
    noise += (values[i]! - decoded[i]!) ** 2;
  }
  return decibels(signal, noise);
}
