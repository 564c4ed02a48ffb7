import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomModel } from '../../../../test/onnx/random-model.ts';
import { snapshot } from '../../../../test/onnx/snapshot.ts';
import { lengthField, varintField } from '../../../../test/onnx/wire.ts';
import { LatheError } from '../../errors.ts';
import { validateModel } from '../../model/validate.ts';
import { modelTensors } from './model-tensors.ts';
import { readModel, readModelBytes } from './read.ts';
import { encodeModel, writeModel } from './write.ts';

describe('any model', () => {
  it('is the same after it was encoded and decoded', () => {
    fc.assert(
      fc.property(randomModel, (model) => {
        const before = snapshot(model);
        const bytes = encodeModel(model);
        const again = readModelBytes(bytes);
        expect(snapshot(again)).toEqual(before);
        expect(Buffer.compare(encodeModel(again), bytes)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same after it went through files, with and without external data', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-round-trip-'));
    try {
      const file = path.join(folder, 'model.onnx');
      fc.assert(
        fc.property(randomModel, fc.constantFrom('always', 'never'), fc.nat(8), (model, externalData, threshold) => {
          writeModel(model, file, { externalData, externalThresholdBytes: threshold });
          expect(snapshot(readModel(file))).toEqual(snapshot(model));
        }),
        { numRuns: 60 },
      );
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('keeps what is only carried along, wherever it stands', () => {
    const configuration = lengthField(26, lengthField(1, 'two devices'), varintField(2, 2));
    const training = lengthField(20, lengthField(2, lengthField(2, 'algorithm')));
    const device = lengthField(10, lengthField(1, 'two devices'));
    const node = lengthField(1, lengthField(4, 'Relu'), device);
    const bytes = Uint8Array.from([...varintField(1, 12), ...lengthField(7, node), ...training, ...configuration]);
    const model = readModelBytes(bytes);
    expect(model.unknown?.map((field) => [...field])).toEqual([training, configuration]);
    expect(model.graph.nodes[0]!.unknown?.map((field) => [...field])).toEqual([device]);
    expect([...encodeModel(model)]).toEqual([...bytes]);
  });

  it('normalises the name of the standard domain and keeps the highest version', () => {
    const imports = [
      lengthField(8, lengthField(1, 'ai.onnx'), varintField(2, 17)),
      lengthField(8, varintField(2, 13)),
      lengthField(8, lengthField(1, 'com.microsoft'), varintField(2, 1)),
    ];
    const model = readModelBytes(Uint8Array.from([...varintField(1, 8), ...lengthField(7), ...imports.flat()]));
    expect([...model.opsetImports]).toEqual([
      ['', 17],
      ['com.microsoft', 1],
    ]);
  });

  it('tells the kind of an attribute without a type from its value, as in IR versions 1 and 2', () => {
    const attributes = [
      lengthField(5, lengthField(1, 'axis'), varintField(3, 2)),
      lengthField(5, lengthField(1, 'pads'), varintField(8, 1), varintField(8, 2)),
    ];
    const graph = lengthField(7, lengthField(1, ...attributes));
    const [node] = readModelBytes(Uint8Array.from([...varintField(1, 1), ...graph])).graph.nodes;
    expect([node!.int('axis'), node!.ints('pads')]).toEqual([2, [1, 2]]);
  });

  it('gives attributes without a value the default, which some writers leave out', () => {
    const attribute = (name: string, type: number): number[] =>
      lengthField(5, lengthField(1, name), varintField(20, type));
    const node = lengthField(1, attribute('i', 2), attribute('f', 1), attribute('s', 3), attribute('ints', 7));
    const [read] = readModelBytes(Uint8Array.from([...varintField(1, 8), ...lengthField(7, node)])).graph.nodes;
    expect([read!.int('i'), read!.float('f'), read!.string('s'), read!.ints('ints')]).toEqual([0, 0, '', []]);
  });

  it('keeps values in fields that the type of an attribute does not name', () => {
    const stray = varintField(3, 9);
    const both = lengthField(5, lengthField(1, 'a'), stray, lengthField(4, 'text'), varintField(20, 3));
    const model = readModelBytes(Uint8Array.from([...varintField(1, 8), ...lengthField(7, lengthField(1, both))]));
    expect(model.graph.nodes[0]!.attributes.get('a')).toMatchObject({ type: 'string', value: 'text' });
    expect(Buffer.from(encodeModel(model)).includes(Buffer.from(stray))).toBe(true);
    expect(Buffer.compare(encodeModel(readModelBytes(encodeModel(model))), encodeModel(model))).toBe(0);
  });
});

describe('damaged models', () => {
  /** Everything that reads a model; nothing but our own error may come out. */
  function readAll(bytes: Uint8Array): void {
    try {
      const model = readModelBytes(bytes);
      validateModel(model);
      for (const tensor of modelTensors(model)) if (tensor.byteLength < 1e6) tensor.storage.read();
      encodeModel(model);
    } catch (error) {
      if (!(error instanceof LatheError)) throw error;
      expect(error.message.length).toBeGreaterThan(10);
    }
  }

  it('with changed bytes give an error or another model', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(randomModel, fc.array(change, { minLength: 1, maxLength: 4 }), (model, changes) => {
        const bytes = encodeModel(model);
        for (const [position, value] of changes) bytes[position % bytes.length] = value;
        readAll(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('that are cut off give an error', () => {
    fc.assert(
      fc.property(randomModel, fc.nat(), (model, length) => {
        const bytes = encodeModel(model);
        readAll(bytes.subarray(0, length % bytes.length));
      }),
      { numRuns: 300 },
    );
  });

  it('of noise give an error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAll), { numRuns: 500 });
  });
});
