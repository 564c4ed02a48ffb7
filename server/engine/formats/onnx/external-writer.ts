/** The layout of one file of external tensors, and its writing. */

import type { Tensor } from '../../model/tensor.ts';
import type { ByteSink } from './byte-sink.ts';
import { writePayload } from './encode.ts';
import type { PlaceTensor } from './from-model.ts';

/** Tensors of at least this size start at a page, so that readers can map them (`onnx.proto`, `external_data`). */
const pagedBytes = 64 * 1024;
const pageBytes = 4096;
/** Others start where any typed array or vector load may. */
const smallAlignment = 64;

export class ExternalWriter {
  /** Size of the file. */
  byteLength = 0;
  private readonly location: string;
  private readonly thresholdBytes: number;
  private readonly placed: { readonly tensor: Tensor; readonly offset: number }[] = [];

  constructor(location: string, thresholdBytes: number) {
    this.location = location;
    this.thresholdBytes = thresholdBytes;
  }

  /** Gives a large enough tensor its place in the file. */
  readonly place: PlaceTensor = (tensor) => {
    if (tensor.dtype === 'string' || tensor.byteLength < this.thresholdBytes || tensor.byteLength === 0) {
      return undefined;
    }
    const alignment = tensor.byteLength >= pagedBytes ? pageBytes : smallAlignment;
    const offset = Math.ceil(this.byteLength / alignment) * alignment;
    this.placed.push({ tensor, offset });
    this.byteLength = offset + tensor.storage.byteLength;
    return [
      { key: 'location', value: this.location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(tensor.storage.byteLength) },
    ];
  };

  write(sink: ByteSink): void {
    let position = 0;
    for (const { tensor, offset } of this.placed) {
      sink.bytes(new Uint8Array(offset - position));
      writePayload(tensor.storage, sink);
      position = offset + tensor.storage.byteLength;
    }
  }
}
