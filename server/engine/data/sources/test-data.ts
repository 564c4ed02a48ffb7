/** `onnx-test-data:` folders of input_N.pb and output_N.pb, as ONNX's own tests and its model zoo have them. */

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LatheError } from '../../errors.ts';
import { readTensorFile } from '../../formats/onnx/tensor-file.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { ModelInput } from '../dataset.ts';
import type { Entry, SampleSource } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import type { OpenOptions } from './open-options.ts';
import { dataPath, kindOfPath } from './paths.ts';

interface FolderEntry extends Entry {
  readonly folder: string;
  readonly files: readonly string[];
}

/** `input_10.pb` comes after `input_9.pb`. */
const byNumber = (a: string, b: string): number => numberIn(a) - numberIn(b);
const numberIn = (name: string): number => Number(/_(\d+)(?:\.pb)?$/.exec(name)?.[1] ?? 0);

/** Whether a folder is one set, or holds sets. */
export async function testDataFolders(path: string): Promise<string[]> {
  const items = await readdir(path);
  if (items.some((name) => /^input_\d+\.pb$/.test(name))) return [path];
  return items.filter((name) => /^test_data_set_\d+$/.test(name)).sort(byNumber).map((name) => join(path, name));
}

function toValue(tensor: Tensor): TensorValue {
  const { dtype, dims } = tensor;
  const data = tensor.strings ? tensor.strings.map((bytes) => new TextDecoder().decode(bytes)) : tensor.values();
  return { dtype, dims, data };
}

/** @throws LatheError `FILE`, `DATA` or `MODEL_FORMAT` */
export async function openTestData(
  source: DataSource & { readonly 'onnx-test-data': string },
  inputs: readonly ModelInput[],
  { baseDir }: OpenOptions,
): Promise<SampleSource<FolderEntry>> {
  const path = dataPath(baseDir, source['onnx-test-data']);
  const kind = await kindOfPath(path, 'The folder of ONNX test data');
  const folders = kind === 'folder' ? await testDataFolders(path) : [];
  if (folders.length === 0) {
    throw new LatheError('DATA', `"${path}" holds no test_data_set_N folders and no input_N.pb files.`, {
      fix: 'Name the folder that test_data_set_0 is in.',
    });
  }
  const entries = await Promise.all(folders.map(async (folder) => {
    const files = (await readdir(folder)).filter((name) => /^(input|output)_\d+\.pb$/.test(name)).sort(byNumber);
    return { id: basename(folder), folder, files };
  }));
  return {
    description: `${entries.length} sets of ONNX test data of "${basename(path)}"`,
    notes: [],
    entries,
    async read({ folder, files }) {
      const read = (start: string): Tensor[] =>
        files.filter((name) => name.startsWith(start)).map((name) => readTensorFile(join(folder, name)));
      const feeds: Record<string, TensorValue> = {};
      for (const [i, tensor] of read('input').entries()) {
        // Files carry the inputs' names, or come in their order.
        const input = inputs.find(({ name }) => name === tensor.name) ?? inputs[i];
        if (!input) {
          throw new LatheError('DATA', `"${folder}" has more inputs than the model (${inputs.length}).`, {
            fix: 'Use the test data of this model.',
          });
        }
        feeds[input.name] = toValue(tensor);
      }
      const outputs = read('output').map((tensor, i): [string, TensorValue] =>
        [tensor.name || String(i), toValue(tensor)]);
      return { feeds, ...(outputs.length > 0 && { reference: Object.fromEntries(outputs) }) };
    },
  };
}
