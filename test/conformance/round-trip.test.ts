/**
 * Every model of a collection is read, written and read again: ONNX's own conformance models (the
 * `onnx/backend/test/data` folders of the ONNX repository) where LATHE_CONFORMANCE names a folder that holds them, at
 * any depth, and the models of the kit where LATHE_KIT names its folder.
 */

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel, readModelBytes } from '../../server/engine/formats/onnx/read.ts';
import { encodeModel, writeModel } from '../../server/engine/formats/onnx/write.ts';
import { validateModel } from '../../server/engine/model/validate.ts';
import { snapshot } from '../onnx/snapshot.ts';

const collections = [
  { variable: 'LATHE_CONFORMANCE', skip: undefined },
  // Files that are broken on purpose: read.test.ts says what is wrong with each.
  { variable: 'LATHE_KIT', skip: path.join('odd', 'malformed') },
];

function modelsIn(folder: string, skip: string | undefined): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx') && !(skip !== undefined && name.startsWith(skip)))
    .sort();
}

describe.each(collections)('models in $variable (a folder; skipped when not set)', ({ variable, skip }) => {
  const root = process.env[variable];
  const names = root ? modelsIn(root, skip) : [];
  let folder: string;

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-conformance-'));
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it.skipIf(!root)('are there', () => {
    expect(names.length).toBeGreaterThan(0);
  });

  it.each(names)('%s', (name) => {
    const model = readModel(path.join(root!, name));
    expect(validateModel(model)).toEqual([]);
    const file = path.join(folder, 'model.onnx');
    writeModel(model, file);
    const again = readModel(file);
    expect(snapshot(again)).toEqual(snapshot(model));
    expect(snapshot(readModelBytes(encodeModel(again)))).toEqual(snapshot(model));
  });
});
