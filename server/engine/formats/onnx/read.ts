/** ONNX files to models: the structure is read, the weights stay where they are until they are asked for. */

import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import { SharedFile } from '../../util/shared-file.ts';
import { decode } from './decode.ts';
import { modelProto } from './messages.ts';
import { describeOtherFile } from './other-files.ts';
import { ModelBuilder } from './to-model.ts';
import { memorySource, type ByteSource } from './wire-reader.ts';

/**
 * The model in the file at `path`; the file must stay as it is while tensors are read from it. Throws `FILE` when it
 * cannot be read and `MODEL_FORMAT` when it is no ONNX model or a damaged one. External data is looked for only when a
 * tensor is read: see `checkExternalData`.
 */
export function readModel(path: string): Model {
  const file = SharedFile.open(path);
  return read(file, file.path, file.path);
}

/** The model that `bytes` encode; tensors are views of them. `name` stands for the file in messages. */
export function readModelBytes(bytes: Uint8Array, name?: string): Model {
  return read(memorySource(bytes), undefined, name);
}

function read(source: ByteSource, path: string | undefined, name: string | undefined): Model {
  try {
    if (source.size === 0) {
      throw new LatheError('MODEL_FORMAT', 'The file is empty.', { fix: 'Export or download the model again.' });
    }
    const builder = new ModelBuilder(path);
    return builder.model(decode(modelProto, source, builder.conversions));
  } catch (error) {
    if (!(error instanceof LatheError)) throw error;
    const other = error.code === 'MODEL_FORMAT' ? describeOtherFile(source) : undefined;
    const fix = other ? other.fix : error.fix;
    throw new LatheError(error.code, other?.message ?? error.message, {
      ...(fix !== undefined && { fix }),
      ...(error.detail !== undefined && { detail: error.detail }),
      at: { ...(name !== undefined && { file: name }), ...error.at },
      cause: error,
    });
  }
}
