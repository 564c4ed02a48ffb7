/** Files of one serialized tensor: the `input_0.pb` and `output_0.pb` of ONNX's own test data. */

import { LatheError } from '../../errors.ts';
import type { Tensor } from '../../model/tensor.ts';
import { SharedFile } from '../../util/shared-file.ts';
import { decode } from './decode.ts';
import { encodeMessage } from './entries.ts';
import { tensorProto } from './messages.ts';
import { decodeTensor, encodeTensor } from './tensors.ts';
import { memorySource, type ByteSource } from './wire-reader.ts';

/** The tensor in the file at `path`. Throws `FILE`, and `MODEL_FORMAT` for what is no tensor. */
export function readTensorFile(path: string): Tensor {
  const file = SharedFile.open(path);
  return read(file, path);
}

/** The tensor that `bytes` encode; `name` stands for the file in messages. */
export function readTensorBytes(bytes: Uint8Array, name = 'the bytes'): Tensor {
  return read(memorySource(bytes), name);
}

export function encodeTensorBytes(tensor: Tensor): Uint8Array {
  return encodeMessage(tensorProto, encodeTensor(tensor));
}

function read(source: ByteSource, name: string): Tensor {
  try {
    const proto = decode(tensorProto, source);
    if (!proto.dataType) throw new LatheError('MODEL_FORMAT', 'There is no element type.');
    return decodeTensor(proto, undefined, `"${name}"`);
  } catch (error) {
    if (!(error instanceof LatheError) || error.code !== 'MODEL_FORMAT') throw error;
    // Nothing in the bytes tells a damaged tensor from a sequence or an optional value.
    throw new LatheError('MODEL_FORMAT', `"${name}" is not a tensor in ONNX's format.`, {
      detail: error.message,
      fix: 'Sequences, maps and optional values cannot be read: give tensors.',
      at: { file: name },
      cause: error,
    });
  }
}
