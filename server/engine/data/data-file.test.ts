import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataFile, parseDataFile } from './data-file.ts';
import { dataSourceSchema } from './source-schema.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(path: string, text = ''): Promise<string> {
  const full = join(folder, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, text);
  return full;
}

const picture = fileURLToPath(new URL('fixtures/rgb.png', import.meta.url));

describe('a data file', () => {
  it('holds the parts of a recipe\'s data, or one source for all', () => {
    expect(parseDataFile('calibration: { images: a, limit: 3 }\nevaluation: { npz: b.npz, metric: top5 }', 'd.yaml'))
      .toEqual({ calibration: { images: 'a', limit: 3 }, evaluation: { npz: 'b.npz', metric: 'top5' } });
    const bare = parseDataFile('images: a\npreprocess: imagenet\n', 'd.yaml');
    expect(bare.calibration).toBe(bare.evaluation);
  });

  it.each([
    ['images: a\npreproces: none\n', 2, 1, 'Unknown key "preproces". Did you mean "preprocess"?'],
    ['evaluation:\n  images: a\n  metrik: top1\n', 3, 3, 'Did you mean "metric"?'],
    ['calibratoin: { random: true }', 1, 1, 'Did you mean "calibration"?'],
    ['images: a\nnpz: b.npz\n', 2, 6, 'cannot stand together'],
    ['random: true\ntokenizer: t.json\n', 2, 12, '"tokenizer" means nothing for "random"'],
    ['evaluation: { metric: top1 }', 1, 13, 'Say where the data are'],
    ['images: a\nlimit: 0\n', 2, 8, '"limit"'],
    ['images: [\n', 2, 1, 'Not valid YAML'],
    ['', 1, 1, 'empty'],
  ])('%j is refused at its place', (text, line, column, message) => {
    expect(() => parseDataFile(text, 'd.yaml')).toThrow(expect.objectContaining({
      code: 'RECIPE', message: expect.stringContaining(message) as string, at: { file: 'd.yaml', line, column },
    }));
  });

  it('describes every key', () => {
    for (const [key, schema] of Object.entries(dataSourceSchema.shape)) expect(schema.description, key).toBeTruthy();
  });
});

describe('--data', () => {
  it('knows files by their endings', async () => {
    const yaml = await write('d.data.yaml', 'random: 4\n');
    expect(await loadDataFile(yaml)).toEqual({ calibration: { random: 4 }, evaluation: { random: 4 },
      baseDir: folder });
    expect(await loadDataFile(await write('a.npz'))).toMatchObject({ evaluation: { npz: 'a.npz' }, baseDir: folder });
    expect(await loadDataFile('random')).toMatchObject({ evaluation: { random: true } });
    await expect(loadDataFile(await write('a.xyz'))).rejects.toMatchObject({ code: 'DATA' });
    await expect(loadDataFile(join(folder, 'absent.npz'))).rejects.toMatchObject({ code: 'FILE' });
  });

  it('finds the labels of a folder of pictures', async () => {
    await mkdir(join(folder, 'set', 'images'), { recursive: true });
    await copyFile(picture, join(folder, 'set', 'images', '1.png'));
    expect(await loadDataFile(join(folder, 'set'))).toMatchObject({ evaluation: { images: 'images' } });
    await write('set/labels.json', '{"1.png": 3}');
    const outer = await loadDataFile(join(folder, 'set'));
    expect(outer).toMatchObject({ evaluation: { images: 'images', labels: 'labels.json' }, baseDir: join(folder,
      'set') });
    expect(await loadDataFile(join(folder, 'set', 'images')))
      .toMatchObject({ evaluation: { images: '.', labels: join('..', 'labels.json') } });
    await write('tests/test_data_set_0/input_0.pb');
    expect(await loadDataFile(join(folder, 'tests'))).toMatchObject({ evaluation: { 'onnx-test-data': '.' } });
    await write('nothing/readme.md');
    await expect(loadDataFile(join(folder, 'nothing'))).rejects.toMatchObject({ message: /neither pictures/ });
  });
});
