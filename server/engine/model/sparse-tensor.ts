/** The numbers of a sparse tensor as those of an ordinary one. */

import { bitsPerElement, elementCount, packedByteLength } from '../tensor/dtype.ts';
import { LatheError } from '../errors.ts';
import type { Model } from './model.ts';
import { Tensor, type SparseTensor, type TensorStorage } from './tensor.ts';

/** `model` with the sparse constants of its main graph as ordinary ones, where their type allows. */
export function withDenseInitializers(model: Model): Model {
  if (model.graph.sparseInitializers.size === 0) return model;
  const result = model.clone();
  for (const [name, sparse] of model.graph.sparseInitializers) {
    const tensor = denseTensor(sparse);
    if (!tensor) continue;
    result.graph.sparseInitializers.delete(name);
    result.graph.initializers.set(name, tensor);
  }
  return result;
}

/**
 * The tensor with its zeros, made when its numbers are asked for and again after the memory was needed elsewhere;
 * undefined for types whose elements share bytes.
 */
export function denseTensor(sparse: SparseTensor): Tensor | undefined {
  const { name, dims, values: { dtype } } = sparse;
  if (dtype === 'string' || dtype === 'undefined' || bitsPerElement(dtype) < 8) return undefined;
  return new Tensor({ name, dtype, dims, storage: new DenseStorage(sparse) });
}

class DenseStorage implements TensorStorage {
  readonly byteLength: number;
  private readonly sparse: SparseTensor;
  private filled: WeakRef<Uint8Array> | undefined;

  constructor(sparse: SparseTensor) {
    this.sparse = sparse;
    this.byteLength = packedByteLength(sparse.values.dtype, elementCount(sparse.dims));
  }

  read(start = 0, end = this.byteLength): Uint8Array {
    let bytes = this.filled?.deref();
    if (!bytes) {
      bytes = fill(this.sparse, this.byteLength);
      this.filled = new WeakRef(bytes);
    }
    return bytes.subarray(start, end);
  }
}

function fill({ name, dims, values, indices }: SparseTensor, byteLength: number): Uint8Array {
  const width = bitsPerElement(values.dtype) / 8;
  const source = values.bytes();
  const places = indices.values() as BigInt64Array;
  const bytes = new Uint8Array(byteLength);
  const isLinear = indices.dims.length === 1;
  for (let i = 0; i < values.size; i++) {
    let at = 0;
    if (isLinear) at = Number(places[i]);
    else for (const [k, dim] of dims.entries()) at = at * dim + Number(places[i * dims.length + k]);
    if (!(at >= 0 && (at + 1) * width <= byteLength)) {
      throw new LatheError('MODEL_FORMAT', `The sparse tensor "${name}" has a number outside of its shape.`, {
        at: { value: name },
      });
    }
    bytes.set(source.subarray(i * width, (i + 1) * width), at * width);
  }
  return bytes;
}
