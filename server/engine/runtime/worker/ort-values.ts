/** Tensor values to and from onnxruntime's tensors. Numbers are shared, not copied, wherever the types allow. */

import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { LatheError } from '../../errors.ts';
import { bytesOf } from '../../tensor/codec.ts';
import type { DataType } from '../../tensor/dtype.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { ValueMeta } from '../protocol.ts';

/** Types of which onnxruntime's JavaScript interface takes tensors. The names happen to be the same as ours. */
const feedable: ReadonlySet<DataType> = new Set([
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
] as const);

/** Types of which onnxruntime's JavaScript interface gives no tensors: version 1.30 aborts the process instead. */
const untakeable: ReadonlySet<DataType | undefined> = new Set(['int4', 'uint4'] as const);

/** Throws `UNSUPPORTED` when one of `outputs` cannot be asked for. */
export function checkOutputs(outputs: readonly ValueMeta[]): void {
  const output = outputs.find(({ dtype }) => untakeable.has(dtype));
  if (!output) return;
  const message = `The output "${output.name}" cannot be read: onnxruntime gives no ${output.dtype} to JavaScript.`;
  throw new LatheError('UNSUPPORTED', message, {
    fix: 'Ask for other outputs, or add a Cast to int8 behind this one.',
    at: { value: output.name },
  });
}

export function toOrtTensor(name: string, value: TensorValue): Tensor {
  if (!feedable.has(value.dtype)) {
    const message = `The input "${name}" cannot be fed: onnxruntime takes no ${value.dtype} from JavaScript.`;
    throw new LatheError('UNSUPPORTED', message, { at: { value: name } });
  }
  return new Tensor(value.dtype as 'float32', value.data as Float32Array, value.dims);
}

export function fromOrtValue(name: string, value: InferenceSession.OnnxValueMapType[string]): TensorValue {
  if (!(value instanceof Tensor)) {
    throw new LatheError('UNSUPPORTED', `The value "${name}" is not a tensor.`, { at: { value: name } });
  }
  const { type: dtype, dims } = value;
  if (dtype === 'float16') {
    // Where JavaScript has 16-bit floats, onnxruntime uses them.
    const bytes = bytesOf(value.data as ArrayBufferView);
    return { dtype, dims, data: new Uint16Array(bytes.buffer, bytes.byteOffset, value.size) };
  }
  // The types of `untakeable` never get here.
  return { dtype, dims, data: value.data };
}
