/**
 * Perplexity of the kit's small language model with weights of few bits, beside files that onnxruntime's own quantizer
 * made (bench/peers/ort_weight_only.py), scored in the same way on the same sequences, none of which was used for
 * calibration.
 *
 *     LATHE_KIT=… LATHE_PEERS=DIR node bench/run.mjs bench/weight-only.ts
 */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../server/engine/data/dataset.ts';
import { metricFor } from '../server/engine/data/metrics/choose-metric.ts';
import { openDataset } from '../server/engine/data/open-dataset.ts';
import type { DataSource } from '../server/engine/data/source-schema.ts';
import { readModel } from '../server/engine/formats/onnx/read.ts';
import { writeModel } from '../server/engine/formats/onnx/write.ts';
import type { Model } from '../server/engine/model/model.ts';
import { foldPass } from '../server/engine/passes/fold/fold-pass.ts';
import { foldOptions } from '../server/engine/passes/fold/fold-options.ts';
import type { PassContext } from '../server/engine/passes/pass.ts';
import { quantizeOptions } from '../server/engine/passes/quantize/options.ts';
import { quantizePass } from '../server/engine/passes/quantize/quantize-pass.ts';
import { withRuntime, type Runtime } from '../server/engine/runtime/runtime.ts';
import { findTarget } from '../server/engine/targets/registry.ts';

/** Sequences that rounding may see; perplexity is of the others. */
const calibrationCount = 16;

const kit = process.env['LATHE_KIT'];
if (kit === undefined) throw new Error('Set LATHE_KIT to the folder of the kit.');
const peers = process.env['LATHE_PEERS'];
const wanted = process.argv.slice(2);
const texts = join(kit, 'data/stories260K/stories260K_eval.json');
const source: DataSource = { text: texts, list: 'sampled', metric: 'perplexity' };
const folder = await mkdtemp(join(tmpdir(), 'lathe-bench-'));

/** Every matrix at the same bits and nothing else, as the peer's defaults have it. */
const matrices = { embeddings: 'float', head: 'same' } as const;
const blockSizes: Readonly<Record<string, readonly number[]>> = { int4: [16, 32, 128], int3: [32], int2: [32] };
const runs: [string, Record<string, unknown>][] = [];
for (const [scheme, sizes] of Object.entries(blockSizes)) {
  for (const blockSize of sizes) {
    for (const method of ['nearest', 'hqq', 'gptq', 'awq', 'auto']) {
      runs.push([`${scheme} block ${blockSize} ${method}`, { scheme, blockSize, method, ...matrices }]);
    }
  }
  runs.push([`${scheme} defaults`, { scheme }]);
}
runs.push(['int4 block 16 defaults', { scheme: 'int4', blockSize: 16 }]);
runs.push(['int8 defaults', { scheme: 'int8', activations: 'float' }]);

async function perplexity(runtime: Runtime, model: Model | string, data: Dataset): Promise<number> {
  const session = await runtime.load(model, { threads: 1 });
  const outputs = session.outputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? 'float32', shape }));
  const run = (await metricFor(source, data, outputs, { baseDir: '.', name: 'perplexity' })).run();
  for await (const sample of data.samples()) {
    const result = await session.run(sample.feeds);
    run.add(sample, result, result);
  }
  await session.release();
  return run.result().value;
}

async function row(runtime: Runtime, name: string, path: string, data: Dataset, float: number): Promise<void> {
  const value = await perplexity(runtime, path, data);
  const worse = `${((value / float - 1) * 100).toFixed(2)} %`;
  console.log(`${name.padEnd(40)} ${value.toFixed(4)}  ${worse.padStart(9)}  ${(await stat(path)).size} bytes`);
}

await withRuntime({ threads: 1 }, async (runtime) => {
  const path = join(kit, 'models/stories260K.onnx');
  const session = await runtime.load(path);
  const inputs = session.inputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? 'float32', shape }));
  await session.release();
  const all = await openDataset(source, inputs, { baseDir: '.', seed: 0 });
  const indices = Array.from({ length: all.size }, (_, i) => i);
  const calibration = all.subset(indices.slice(0, calibrationCount));
  const held = all.subset(indices.slice(calibrationCount));
  const float = await perplexity(runtime, path, held);
  console.log(`float ${float.toFixed(4)}, ${held.size} sequences held out, ${(await stat(path)).size} bytes`);
  const original = readModel(path);
  const context: PassContext = {
    runtime: () => Promise.resolve(runtime),
    calibration,
    target: findTarget('auto'),
    original,
    seed: 0,
    threads: 1,
    tempDir: folder,
    progress: () => undefined,
    log: (line) => console.log(`  ${line}`),
  };
  const { model: folded } = await foldPass.apply(original, foldOptions.parse({}), context);
  for (const [name, options] of runs) {
    if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
    const { model, notes } = await quantizePass.apply(folded, quantizeOptions.parse(options), context);
    for (const { message } of notes) console.log(`  ${message}`);
    const out = join(folder, 'quantized.onnx');
    writeModel(model, out);
    await row(runtime, `Lathe ${name}`, out, held, float);
  }
  if (peers === undefined) return;
  for (const file of (await readdir(peers)).filter((each) => each.startsWith('stories260K')).sort()) {
    await row(runtime, file, join(peers, file), held, float);
  }
});
await rm(folder, { recursive: true });
