import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initializer, lengthField, modelBytes, varint, varintField } from '../../../../test/onnx/wire.ts';
import { LatheError } from '../../errors.ts';
import { validateModel } from '../../model/validate.ts';
import { checkExternalData } from './external-data.ts';
import { readModel, readModelBytes } from './read.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-read-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return file;
}

function failure(file: string): LatheError {
  try {
    readModel(file);
  } catch (error) {
    if (error instanceof LatheError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readModel', () => {
  it('leaves weights in the file', () => {
    const weights = new Uint8Array(5000).map((_, i) => i);
    const fields = [varintField(1, 5000), varintField(2, 2), lengthField(8, 'w'), lengthField(9, weights)];
    const bytes = modelBytes(initializer(...fields));
    const file = write('m.onnx', bytes);
    const model = readModel(file);
    const { storage } = model.graph.initializers.get('w')!;
    expect(model.path).toBe(file);
    expect(storage.file).toEqual({ path: file, offset: Buffer.from(bytes).indexOf(Buffer.from(weights)) });
    expect(storage.read(10, 13)).toEqual(Uint8Array.of(10, 11, 12));
    expect(storage.read()).toEqual(weights);
  });

  it('hands out aligned numbers, whatever their place in the file', () => {
    const values = Float32Array.from({ length: 10 }, (_, i) => i / 3);
    const raw = lengthField(9, new Uint8Array(values.buffer));
    for (const name of ['w', 'ww', 'www', 'wwww']) {
      const bytes = modelBytes(initializer(varintField(1, 10), varintField(2, 1), lengthField(8, name), raw));
      for (const model of [readModelBytes(bytes), readModelBytes(Buffer.from(bytes)), readModel(write(name, bytes))]) {
        expect(model.graph.initializers.get(name)!.values()).toEqual(values);
      }
    }
  });

  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'The file is empty.'],
    ['a web page', '<!DOCTYPE html><html>404</html>', 'web page'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n', 'Git LFS pointer'],
    ['other text', 'hello, I am not a model\n', 'text, not an ONNX model'],
    ['a ZIP archive', Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'), 'ZIP archive'],
    ['a TensorFlow Lite model', Buffer.from('\x1c\0\0\0TFL3\x14\0', 'latin1'), 'TensorFlow Lite'],
    ['gzip', Buffer.from('\x1f\x8b\x08\0\0\0\0\0', 'latin1'), 'compressed with gzip'],
    ['a model without a graph', Uint8Array.from(varintField(1, 8)), 'has no graph'],
    ['a single tensor', Uint8Array.from([...varintField(1, 3), ...varintField(2, 1)]), 'has no graph'],
    ['a model that is cut off', modelBytes(lengthField(1, lengthField(3, 'a'))).slice(0, 6), 'cut off'],
  ])('says what is wrong with %s', (_, content, words) => {
    const file = write('m.onnx', content);
    const error = failure(file);
    expect(error.code).toBe('MODEL_FORMAT');
    expect(error.message).toContain(words);
    expect(error.at?.file).toBe(file);
  });

  it('tells a missing file from a folder', () => {
    expect(failure(path.join(folder, 'none.onnx'))).toMatchObject({ code: 'FILE', fix: 'Check the path.' });
    expect(failure(folder)).toMatchObject({ code: 'FILE' });
  });

  it('does not believe lengths that the file cannot hold', () => {
    const rawData = [...varint(9 * 8 + 2), ...varint(2n ** 42n)];
    const claims = initializer(varintField(1, 2n ** 40n), varintField(2, 1), rawData);
    expect(failure(write('m.onnx', modelBytes(claims))).message).toContain('damaged');
  });
});

const kit = process.env['LATHE_KIT'];

describe.skipIf(!kit)('models of the kit (set LATHE_KIT to its folder)', () => {
  const odd = path.join(kit ?? '', 'odd');

  it.each([
    ['corrupt', 'The model is damaged at byte 31: in graph.node[0], '],
    ['deep_nesting_301', 'The model nests more than 100 subgraphs inside one another.'],
    ['empty', 'The file is empty.'],
    ['html', 'The file is a web page'],
    ['huge_dims', 'Tensor "w" has the impossible shape'],
    ['short_raw_data', 'Tensor "w" needs 4000000 bytes of numbers but has 16.'],
    ['text', 'The file is a Git LFS pointer'],
    ['truncated', 'The model is cut off: its bytes end at 555, but graph goes on to byte 1104.'],
  ])('malformed/%s.onnx gives a clear error', (name, words) => {
    const error = failure(path.join(odd, 'malformed', `${name}.onnx`));
    expect(error.code).toBe('MODEL_FORMAT');
    expect(error.message).toContain(words);
  });

  it.each([
    ['external_missing', 'Tensor "w" is in the file "missing.bin", which is missing.'],
    ['external_path_traversal', 'Tensor "w" is in the file "../../../../etc/passwd", outside'],
  ])('malformed/%s.onnx shows its structure, not its weights', (name, words) => {
    const model = readModel(path.join(odd, 'malformed', `${name}.onnx`));
    expect(model.graph.nodes.map(({ opType }) => opType)).toEqual(['MatMul']);
    expect(checkExternalData(model).map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ['cycle', 'cycle', 'form a cycle'],
    ['dangling_input', 'dangling-input', '"missing", which nothing in the model makes'],
    ['duplicate_output', 'duplicate-name', 'The name "y"'],
    ['unknown_op', 'custom-operator', 'the operator TotallyUnknownOp of the domain "acme.ai"'],
  ])('malformed/%s.onnx breaks a rule', (name, code, words) => {
    const problems = validateModel(readModel(path.join(odd, 'malformed', `${name}.onnx`)));
    expect(problems).toMatchObject([{ code, severity: 'error' }]);
    expect(problems[0]!.message).toContain(words);
  });

  it('reads external data, sparse initializers, functions, subgraphs and odd names', () => {
    const external = readModel(path.join(odd, 'external_one', 'model.onnx'));
    expect(checkExternalData(external)).toEqual([]);
    const weights = fs.readFileSync(path.join(odd, 'external_one', 'weights.bin'));
    const [tensor] = [...external.graph.initializers.values()].filter(({ storage }) => storage.external);
    expect(weights.includes(Buffer.from(tensor!.bytes()))).toBe(true);
    expect(readModel(path.join(odd, 'sparse_initializer.onnx')).graph.sparseInitializers.size).toBe(1);
    expect(readModel(path.join(odd, 'local_functions.onnx')).functions.length).toBeGreaterThan(0);
    const flow = readModel(path.join(odd, 'control_flow_if_loop.onnx'));
    expect(Math.max(...Array.from(flow.graph.walk(), ({ depth }) => depth))).toBeGreaterThan(0);
    expect(readModel(path.join(odd, 'deep_decoder_4911nodes.onnx')).graph.nodes.length).toBe(4911);
  });
});
