/**
 * What the float models of the kit score with Lathe's own data sets and metrics.
 *
 *     LATHE_KIT=… node bench/run.mjs bench/kit-metrics.ts [NAME…]
 */

import { join } from 'node:path';
import { CarriedState } from '../server/engine/data/carry.ts';
import { loadDataFile } from '../server/engine/data/data-file.ts';
import { metricFor } from '../server/engine/data/metrics/choose-metric.ts';
import type { MetricName } from '../server/engine/data/metrics/metric-schema.ts';
import { openDataset } from '../server/engine/data/open-dataset.ts';
import { withRuntime } from '../server/engine/runtime/runtime.ts';

interface Case {
  readonly data: string;
  readonly models: readonly string[];
  readonly metrics: readonly MetricName[];
}

const cases: readonly Case[] = [
  { data: 'mnist', models: ['mnist'], metrics: ['top1'] },
  { data: 'squeezenet', models: ['squeezenet1.1_fp32', 'SqueezeNet_fp16'], metrics: ['top1', 'top5'] },
  { data: 'resnet20', models: ['cifar10_resnet20', 'cifar10_resnet20_jpegft'], metrics: ['top1'] },
  { data: 'stories260K', models: ['stories260K'], metrics: ['perplexity'] },
  { data: 'ppocr-rec', models: ['ch_PP-OCRv4_rec_infer'], metrics: ['exact', 'cer'] },
  { data: 'yolox-nano', models: ['yolox_nano'], metrics: ['map50', 'map'] },
  { data: 'silero-vad', models: ['silero_vad', 'silero_vad_16k_op15'], metrics: ['binary'] },
  { data: 'magika', models: ['magika_standard_v3_3'], metrics: ['top1'] },
];

const kit = process.env['LATHE_KIT'];
if (kit === undefined) throw new Error('Set LATHE_KIT to the folder of the kit.');
const wanted = process.argv.slice(2);

await withRuntime({ threads: 1 }, async (runtime) => {
  for (const { data, models, metrics } of cases) {
    if (wanted.length > 0 && !wanted.includes(data)) continue;
    for (const model of models) {
      const session = await runtime.load(join(kit, 'models', `${model}.onnx`));
      const inputs = session.inputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? 'float32', shape }));
      const outputs = session.outputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? 'float32', shape }));
      const file = await loadDataFile(join('bench', 'kit-data', `${data}.data.yaml`));
      const source = file.evaluation!;
      const dataset = await openDataset(source, inputs, { baseDir: file.baseDir, seed: 0 });
      const runs = await Promise.all(metrics.map(async (name) =>
        (await metricFor(source, dataset, outputs, { baseDir: file.baseDir, name })).run()));
      const state = new CarriedState(dataset);
      const start = performance.now();
      let yes = 0;
      for await (const sample of dataset.samples()) {
        const result = await session.run(state.feedsFor(sample));
        state.keep(result);
        for (const run of runs) run.add(sample, result, result);
        if (dataset.carry && Number(result['output']?.data[0] ?? 0) >= 0.5) yes += 1;
      }
      const durationMs = performance.now() - start;
      for (const { name, value, samples, ci95 } of runs.map((run) => run.result())) {
        console.log(JSON.stringify({ model, name, value, samples, ci95, ...(dataset.carry && { yes }), durationMs }));
      }
      await session.release();
    }
  }
});
