/**
 * How long static int8 takes from the float model to the quantized one: channels equalized, ranges by all four
 * calibrators, the best of them chosen by the error at the outputs, rounding with error feedback. Without the
 * evaluation, the timing of candidates and the report that `lathe quantize` adds.
 *
 *     node bench/run.mjs bench/quantize-time.ts MODEL.onnx PICTURES [SAMPLES]
 *
 * Against the peer: run this and bench/peers/ort_quantize.py (its `seconds`) in turn, with the same pictures.
 */

import { openDataset } from '../server/engine/data/open-dataset.ts';
import { readModel } from '../server/engine/formats/onnx/read.ts';
import { foldModel } from '../server/engine/passes/fold/fold-model.ts';
import { quantizeOptions } from '../server/engine/passes/quantize/options.ts';
import { prepareStatic } from '../server/engine/passes/quantize/static/static-pass.ts';
import { modelInputs } from '../server/engine/recipe/open-data.ts';
import { withPool } from '../server/engine/recipe/runtime-pool.ts';
import { findTarget } from '../server/engine/targets/registry.ts';

const threads = 2;
const [path, images, limit = '100'] = process.argv.slice(2);
if (path === undefined || images === undefined) {
  console.error('Usage: node bench/run.mjs bench/quantize-time.ts MODEL.onnx PICTURES [SAMPLES]');
  process.exitCode = 2;
} else {
  const start = performance.now();
  const { model } = foldModel(readModel(path));
  const source = { images, preprocess: 'imagenet', limit: Number(limit) } as const;
  const calibration = await openDataset(source, modelInputs(model), { baseDir: process.cwd(), seed: 0 });
  const phases: { phase: string; startMs: number }[] = [];
  await withPool({ threads }, async (pool, tempDir) => {
    const candidates = await prepareStatic(model, quantizeOptions.parse({ scheme: 'int8', calibration: 'auto' }), {
      runtime: pool.get,
      calibration,
      target: findTarget('x64'),
      original: model,
      seed: 0,
      threads,
      tempDir,
      progress: (phase) => {
        if (phases.at(-1)?.phase !== phase) phases.push({ phase, startMs: performance.now() - start });
      },
      log: () => undefined,
    }, []);
    candidates?.make();
  });
  console.log(JSON.stringify({ samples: calibration.size, totalMs: performance.now() - start, phases }));
}
