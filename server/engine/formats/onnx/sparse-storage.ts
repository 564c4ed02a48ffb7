/**
 * Constants with many zeros, stored as ONNX's `sparse_initializer`: the other numbers and their places. onnxruntime
 * loads them on every provider and fills in the zeros (1.30, tried), so they make the file smaller and nothing faster.
 */

import type { Model } from '../../model/model.ts';
import { Tensor, type SparseTensor } from '../../model/tensor.ts';
import { bitsPerElement } from '../../tensor/dtype.ts';
import { varintLength } from './encode.ts';
import { storedLength } from './model-tensors.ts';
import { VarintStorage } from './tensor-data.ts';

/** What is saved on a smaller tensor is not worth a reader that does not know sparse tensors. */
const leastBytes = 1024;
/** A sparse tensor must fit into the file itself. */
const mostBytes = 1e9;

/** `model` with constants of its main graph stored sparse where that makes the file smaller; the rest is shared. */
export function withSparseInitializers(model: Model): Model {
  const result = model.clone();
  const { graph } = result;
  // A caller may override those that are inputs as well.
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  let sparseBytes = 0;
  for (const [name, tensor] of graph.initializers) {
    if (inputs.has(name)) continue;
    const sparse = sparseTensor(tensor.withName(name));
    if (!sparse || sparseBytes + storedBytes(sparse) > mostBytes) continue;
    sparseBytes += storedBytes(sparse);
    graph.initializers.delete(name);
    graph.sparseInitializers.set(name, sparse);
  }
  return result;
}

/** Bytes of the numbers and places of a sparse tensor in a file. */
export function storedBytes({ values, indices }: SparseTensor): number {
  return storedLength(values) + storedLength(indices);
}

/** `tensor` without its zeros, or undefined where that takes no fewer bytes. */
export function sparseTensor(tensor: Tensor): SparseTensor | undefined {
  const { name, dtype, dims, size, byteLength } = tensor;
  if (byteLength < leastBytes || dtype === 'string' || bitsPerElement(dtype) < 8) return undefined;
  const width = bitsPerElement(dtype) / 8;
  const bytes = tensor.bytes();
  const isZero = (i: number): boolean => {
    for (let b = i * width; b < (i + 1) * width; b++) if (bytes[b] !== 0) return false;
    return true;
  };
  let count = 0;
  let indexBytes = 0;
  for (let i = 0; i < size; i++) {
    if (isZero(i)) continue;
    count += 1;
    indexBytes += varintLength(i);
    if (count * width + indexBytes >= byteLength) return undefined;
  }
  const values = new Uint8Array(count * width);
  const places = new Uint8Array(indexBytes);
  let at = 0;
  let end = 0;
  for (let i = 0; i < size; i++) {
    if (isZero(i)) continue;
    values.set(bytes.subarray(i * width, (i + 1) * width), at * width);
    at += 1;
    let rest = i;
    for (; rest >= 128; rest = Math.floor(rest / 128)) places[end++] = (rest % 128) + 128;
    places[end++] = rest;
  }
  const encoded = {
    byteLength: places.byteLength,
    read: (start = 0, stop = places.byteLength) => places.subarray(start, stop),
  };
  const storage = new VarintStorage(encoded, 'int64', count, `Tensor "${name}"`);
  return {
    name,
    dims,
    values: Tensor.fromBytes(name, dtype, [count], values),
    indices: new Tensor({ name: '', dtype: 'int64', dims: [count], storage }),
  };
}
