/** The data files of the kit, opened for its models. Skipped where LATHE_KIT does not say where the kit is. */

import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../formats/onnx/read.ts';
import { tensorType } from '../model/types.ts';
import { elementCount } from '../tensor/dtype.ts';
import { loadDataFile } from './data-file.ts';
import type { ModelInput } from './dataset.ts';
import { defaultMetric } from './metrics/choose-metric.ts';
import { openDataset } from './open-dataset.ts';

const kit = process.env['LATHE_KIT'];
const folder = resolve(import.meta.dirname, '../../../bench/kit-data');

function valuesOf(model: string): { inputs: ModelInput[]; outputs: ModelInput[] } {
  const { graph } = readModel(join(kit!, 'models', `${model}.onnx`));
  const list = (infos: typeof graph.outputs): ModelInput[] => infos.map((info) => {
    const type = tensorType(info)!;
    return { name: info.name, dtype: type.dtype, shape: type.shape };
  });
  return { inputs: list(graph.feeds()), outputs: list(graph.outputs) };
}

describe.skipIf(kit === undefined)('the kit (needs LATHE_KIT)', () => {
  it.each([
    ['squeezenet', 'squeezenet1.1_fp32', 500, 'data_0', [1, 3, 224, 224], 'top1'],
    ['squeezenet', 'SqueezeNet_fp16', 500, 'data_0', [1, 3, 224, 224], 'top1'],
    ['resnet20', 'cifar10_resnet20_jpegft', 5000, 'input', [1, 3, 32, 32], 'top1'],
    ['mnist', 'mnist', 5000, 'Input3', [1, 1, 28, 28], 'top1'],
    ['yolox-nano', 'yolox_nano', 128, 'images', [1, 3, 416, 416], 'map50'],
    ['ppocr-rec', 'ch_PP-OCRv4_rec_infer', 150, 'x', [1, 3, 48, 96], 'exact'],
    ['stories260K', 'stories260K', 64, 'input_ids', [1, 256], 'perplexity'],
    ['silero-vad', 'silero_vad', 400, 'input', [1, 576], 'binary'],
  ] as const)('%s feeds %s', async (data, model, size, input, dims, metric) => {
    const { inputs, outputs } = valuesOf(model);
    const { evaluation, baseDir } = await loadDataFile(join(folder, `${data}.data.yaml`));
    const dataset = await openDataset(evaluation!, inputs, { baseDir, seed: 0 });
    expect(dataset.size).toBe(size);
    const { feeds } = await dataset.at(1);
    expect(Object.keys(feeds).sort()).toEqual(inputs.map(({ name }) => name).sort());
    for (const { name, dtype } of inputs) {
      expect(feeds[name]!.dtype).toBe(dtype);
      expect(feeds[name]!.data).toHaveLength(elementCount(feeds[name]!.dims));
    }
    expect(feeds[input]!.dims).toEqual(dims);
    expect(defaultMetric(dataset, outputs)).toBe(metric);
  });

  it('finds labels beside folders of pictures', async () => {
    const { inputs } = valuesOf('squeezenet1.1_fp32');
    for (const path of ['imagenet1k-sample', 'imagenet1k-sample/images']) {
      const { evaluation, baseDir } = await loadDataFile(join(kit!, path));
      const dataset = await openDataset(evaluation!, inputs, { baseDir, seed: 0 });
      expect([dataset.size, dataset.label(3), dataset.classNames?.[0]]).toEqual([500, 6, 'tench']);
    }
  });
});
