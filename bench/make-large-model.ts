/**
 * Writes a model of about a given size, without ever holding it in memory: a chain of MatMul and Relu whose float32
 * weights are made up while they are written, the same on every machine.
 *
 *     node bench/run.mjs bench/make-large-model.ts OUT.onnx [--megabytes 1024] [--external]
 */

import { parseArgs } from 'node:util';
import { writeModel } from '../server/engine/formats/onnx/write.ts';
import { Model } from '../server/engine/model/model.ts';
import { Node } from '../server/engine/model/node.ts';
import { Tensor, type TensorStorage } from '../server/engine/model/tensor.ts';
import { tensorInfo } from '../server/engine/model/types.ts';

/** Rows and columns of every weight: 64 MiB of float32. */
const width = 4096;
const layerBytes = width * width * 4;

/** Element `index` of a weight: uniform in ±1.5/sqrt(width), so that activations keep their size through the layers. */
function weight(seed: number, index: number): number {
  let h = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  h ^= h >>> 15;
  return (((h >>> 0) / 2 ** 32) * 2 - 1) * (1.5 / Math.sqrt(width));
}

function madeUp(seed: number): TensorStorage {
  return {
    byteLength: layerBytes,
    read(start = 0, end = layerBytes) {
      const first = Math.floor(start / 4);
      const values = new Float32Array(Math.ceil(end / 4) - first);
      for (let i = 0; i < values.length; i++) values[i] = weight(seed, first + i);
      return new Uint8Array(values.buffer, start - 4 * first, end - start);
    },
  };
}

function chain(layers: number): Model {
  const model = new Model();
  model.producerName = 'lathe bench';
  model.opsetImports.set('', 13);
  model.graph.name = 'chain';
  model.graph.inputs = [tensorInfo('x', 'float32', ['batch', width])];
  model.graph.outputs = [tensorInfo('y', 'float32', ['batch', width])];
  let value = 'x';
  for (let i = 0; i < layers; i++) {
    const name = `w${i}`;
    const storage = madeUp(i);
    model.graph.initializers.set(name, new Tensor({ name, dtype: 'float32', dims: [width, width], storage }));
    const product = `m${i}`;
    const next = i === layers - 1 ? 'y' : `r${i}`;
    const inputs = [value, name];
    model.graph.nodes.push(new Node({ name: `matmul${i}`, opType: 'MatMul', inputs, outputs: [product] }));
    model.graph.nodes.push(new Node({ name: `relu${i}`, opType: 'Relu', inputs: [product], outputs: [next] }));
    value = next;
  }
  return model;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { megabytes: { type: 'string', default: '1024' }, external: { type: 'boolean', default: false } },
});
const [output] = positionals;
if (output === undefined) {
  console.error('Usage: node bench/run.mjs bench/make-large-model.ts OUT.onnx [--megabytes 1024] [--external]');
  process.exitCode = 2;
} else {
  const layers = Math.max(1, Math.round((Number(values.megabytes) * 2 ** 20) / layerBytes));
  const { sizeBytes } = writeModel(chain(layers), output, { externalData: values.external ? 'always' : 'auto' });
  console.log(JSON.stringify({ output, layers, sizeBytes }));
}
