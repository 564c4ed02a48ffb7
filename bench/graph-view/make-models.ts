/**
 * Writes the networks of the graph view's benchmarks as ONNX files, so that the whole way from the file to the picture
 * can be measured.
 *
 *     node bench/run.mjs bench/graph-view/make-models.ts FOLDER [tf-1000 llm-5000 ...]
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { writeModel } from '../../server/engine/formats/onnx/write.ts';
import { benchmarkNames, networkNamed } from './families.ts';
import { onnxModel } from './onnx-model.ts';

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node bench/run.mjs bench/graph-view/make-models.ts FOLDER [tf-1000 ...]');
  process.exitCode = 2;
} else {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of names.length > 0 ? names : benchmarkNames) {
    const model = onnxModel(networkNamed(name));
    const file = path.join(folder, `${name}.onnx`);
    const { sizeBytes } = writeModel(model, file);
    console.log(JSON.stringify({ file, nodes: model.graph.nodes.length, sizeBytes }));
  }
}
