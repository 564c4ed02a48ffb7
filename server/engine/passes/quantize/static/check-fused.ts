/** Whether onnxruntime really replaced the layers between pairs by integer kernels: looked up in its own graph. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCancelled, messageOf } from '../../../errors.ts';
import { readModel } from '../../../formats/onnx/read.ts';
import type { Model } from '../../../model/model.ts';
import { OptimizedGraph } from '../../../runtime/optimized-graph.ts';
import { plural } from '../../../util/words.ts';
import type { PassContext, PassNote } from '../../pass.ts';

const namedLayers = 4;

/** A warning where pairs stayed; nothing for targets other than processors, whose graphs cannot be made here. */
export async function fusionNotes(model: Model, context: PassContext): Promise<PassNote[]> {
  const { runtime, target, threads, log, signal } = context;
  if (target.provider !== 'CPUExecutionProvider') return [];
  const folder = await mkdtemp(join(tmpdir(), 'lathe-'));
  const optimizedModelPath = join(folder, 'optimized.onnx');
  try {
    const session = await (await runtime()).load(model, { threads, optimizedModelPath }, signal);
    await session.release();
    const nodes = new OptimizedGraph(readModel(optimizedModelPath)).unfused();
    const [first] = nodes;
    if (!first) return [];
    const names = nodes.slice(0, namedLayers).map(({ label }) => label).join(', ');
    const more = nodes.length > namedLayers ? ` and ${nodes.length - namedLayers} more` : '';
    const message = `onnxruntime has no integer kernel for ${plural(nodes.length, 'layer')} as quantized here, and `
      + `computes ${nodes.length === 1 ? 'it' : 'them'} in float between conversions: ${names}${more}. Keep them `
      + 'float, or use 8-bit activations.';
    return [{ severity: 'warning', message, node: first.label }];
  } catch (error) {
    if (isCancelled(error)) throw error;
    // Models beyond 2 GB cannot be written this way: the check is a service, not a condition.
    log(`Whether pairs were fused could not be checked: ${messageOf(error)}`);
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
