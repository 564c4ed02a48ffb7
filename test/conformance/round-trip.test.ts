/**
 * ONNX's own conformance models (the `onnx/backend/test/data` folders of the ONNX repository): every one is read,
 * written and read again. Set LATHE_CONFORMANCE to a folder that holds them, at any depth.
 */

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel, readModelBytes } from '../../server/engine/formats/onnx/read.ts';
import { encodeModel, writeModel } from '../../server/engine/formats/onnx/write.ts';
import { validateModel } from '../../server/engine/model/validate.ts';
import { snapshot } from '../onnx/snapshot.ts';

const root = process.env['LATHE_CONFORMANCE'];

function modelsIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx'))
    .sort();
}

describe.skipIf(!root)('conformance models (set LATHE_CONFORMANCE to their folder)', () => {
  const names = root ? modelsIn(root) : [];
  let folder: string;

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-conformance-'));
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  it('are there', () => {
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
