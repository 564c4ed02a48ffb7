/**
 * What it costs to read the structure of a model and to write a copy of it, however large it is.
 *
 *     node bench/run.mjs bench/large-model.ts MODEL.onnx [COPY.onnx]
 */

import { checkExternalData } from '../server/engine/formats/onnx/external-data.ts';
import { readModel } from '../server/engine/formats/onnx/read.ts';
import { writeModel } from '../server/engine/formats/onnx/write.ts';

const peakRssBytes = (): number => process.resourceUsage().maxRSS * 1024;

const [input, copy] = process.argv.slice(2);
if (input === undefined) {
  console.error('Usage: node bench/run.mjs bench/large-model.ts MODEL.onnx [COPY.onnx]');
  process.exitCode = 2;
} else {
  const idleRssBytes = peakRssBytes();
  const start = performance.now();
  const model = readModel(input);
  const readMs = performance.now() - start;
  const readRssBytes = peakRssBytes();
  const problems = checkExternalData(model).length;
  console.log(JSON.stringify({ nodes: model.graph.nodes.length, readMs, idleRssBytes, readRssBytes, problems }));
  if (copy !== undefined) {
    const copyStart = performance.now();
    const { sizeBytes } = writeModel(model, copy);
    console.log(JSON.stringify({ sizeBytes, copyMs: performance.now() - copyStart, copyRssBytes: peakRssBytes() }));
  }
}
