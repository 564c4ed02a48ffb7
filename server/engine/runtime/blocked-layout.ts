/**
 * The layout in which onnxruntime's CPU kernels convolve fastest: channels in blocks, [batch, channels / block, height,
 * width, block] (MLAS's NCHWc). onnxruntime uses it by itself where weights are constants; where they are not, whoever
 * builds the graph may ask for it, if this machine has it.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel } from '../formats/onnx/read.ts';
import { attr } from '../model/attribute.ts';
import { Model } from '../model/model.ts';
import { Node } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorInfo } from '../model/types.ts';
import type { Runtime } from './runtime.ts';

/** The domain of the operators of this layout. */
export const blockedDomain = 'com.microsoft.nchwc';

/** So many filters that what onnxruntime rounds them up to tells every block of up to 32 channels apart. */
const filters = 33;

/** What was found out, by runtime: it does not change. */
const known = new WeakMap<Runtime, number>();

/**
 * Channels of a block on this machine; 1 where onnxruntime has no such layout. Found out by looking at what onnxruntime
 * makes of a small convolution.
 */
export async function blockedChannels(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  let block = known.get(runtime);
  if (block === undefined) {
    block = await probe(runtime, signal);
    known.set(runtime, block);
  }
  return block;
}

async function probe(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lathe-'));
  try {
    const path = join(folder, 'optimized.onnx');
    const session = await runtime.load(convolution(), { threads: 1, optimizedModelPath: path }, signal);
    await session.release();
    const { graph } = readModel(path);
    const conv = graph.nodes.find((node) => node.domain === blockedDomain && node.opType === 'Conv');
    const rounded = graph.initializers.get(conv?.inputs[1] ?? '')?.dims[0];
    return rounded === undefined ? 1 : blockOf(rounded);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function blockOf(rounded: number): number {
  return [8, 16, 32].find((block) => Math.ceil(filters / block) * block === rounded) ?? 1;
}

function convolution(): Model {
  const model = new Model();
  model.opsetImports.set('', 17);
  const { graph } = model;
  graph.name = 'probe';
  graph.inputs = [tensorInfo('x', 'float32', [1, 32, 4, 4])];
  graph.outputs = [tensorInfo('y', 'float32', [1, filters, 2, 2])];
  const dims = [filters, 32, 3, 3];
  graph.initializers.set('w', Tensor.fromBytes('w', 'float32', dims, new Float32Array(filters * 32 * 9)));
  const attributes = { kernel_shape: attr.ints([3, 3]) };
  graph.nodes = [new Node({ name: 'conv', opType: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes })];
  return model;
}
