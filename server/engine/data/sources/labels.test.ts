import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Label } from '../dataset.ts';
import { readClassNames } from './class-names.ts';
import { parseCsv } from './csv.ts';
import { folderClasses, interpretLabels } from './labels.ts';
import { readRawLabels } from './raw-labels.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function labels(name: string, content: unknown, labelType?: 'class' | 'text'): Promise<Record<string, Label>> {
  const raw = await readRawLabels(await write(name, content));
  return Object.fromEntries(interpretLabels(raw.labels, { labelType, classes: raw.classes }).labels);
}

describe('CSV', () => {
  it('reads back any fields that are quoted as RFC 4180 says', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é') });
    fc.assert(fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 })), (rows) => {
      const text = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      expect(parseCsv(text, ',')).toEqual(rows);
    }));
  });

  it('reads plain lines of every ending', () => {
    expect(parseCsv('a,1\nb,2\r\n\r\nc,', ',')).toEqual([['a', '1'], ['b', '2'], ['c', '']]);
    expect(parseCsv('say "hi"\t1\n', '\t')).toEqual([['say "hi"', '1']]);
  });
});

describe('label files', () => {
  it('reads the forms of JSON', async () => {
    const wanted = { 'a.jpg': 3, 'b.jpg': 0 };
    expect(await labels('object.json', wanted)).toEqual(wanted);
    expect(await labels('list.json', [{ file: 'a.jpg', label: 3, name: 'cat' }, { file: 'b.jpg', label: 0 }]))
      .toEqual(wanted);
    expect(await labels('inner.json', { classes: ['x', 'y'], labels: wanted })).toEqual(wanted);
  });

  it('reads CSV with and without a header', async () => {
    const wanted = { 'a.jpg': 3, 'b.jpg': 0 };
    expect(await labels('plain.csv', 'a.jpg,3\nb.jpg,0\n')).toEqual(wanted);
    expect(await labels('header.csv', 'label,filename\n3,a.jpg\n0,b.jpg\n')).toEqual(wanted);
    expect(await labels('text.csv', 'file,text\na.jpg,1985\n')).toEqual({ 'a.jpg': '1985' });
  });

  it('tells class names from texts', async () => {
    const names = 'a.jpg,dog\nb.jpg,cat\nc.jpg,dog\nd.jpg,cat\n';
    expect(await labels('names.csv', names)).toEqual({ 'a.jpg': 1, 'b.jpg': 0, 'c.jpg': 1, 'd.jpg': 0 });
    expect(await labels('names.csv', names, 'text')).toMatchObject({ 'a.jpg': 'dog' });
    expect(await labels('lines.csv', 'a.jpg,hello\nb.jpg,world\n')).toEqual({ 'a.jpg': 'hello', 'b.jpg': 'world' });
    expect(await labels('lines.csv', 'a.jpg,hello\nb.jpg,world\n', 'class')).toEqual({ 'a.jpg': 0, 'b.jpg': 1 });
    expect(await labels('texts.json', [{ file: 'a.jpg', text: '1985' }])).toEqual({ 'a.jpg': '1985' });
  });

  it('reads boxes, in COCO\'s own form and in the short one', async () => {
    const box = { classIndex: 1, left: 1, top: 2, width: 3, height: 4 };
    expect(await labels('coco.json', {
      images: [{ id: 7, file_name: 'a.jpg' }, { id: 8, file_name: 'b.jpg' }],
      categories: [{ id: 90, name: 'dog' }, { id: 3, name: 'cat' }],
      annotations: [
        { image_id: 7, category_id: 90, bbox: [1, 2, 3, 4], iscrowd: 0 },
        { image_id: 7, category_id: 3, bbox: [5, 6, 7, 8], iscrowd: 1 },
      ],
    })).toEqual({
      'a.jpg': [box, { classIndex: 0, left: 5, top: 6, width: 7, height: 8, crowd: true }],
      'b.jpg': [],
    });
    expect(await labels('short.json', { images: [{ file: 'a.jpg', boxes: [{ class: 1, bbox: [1, 2, 3, 4] }] }] }))
      .toEqual({ 'a.jpg': [box] });
  });

  it('says what is wrong with a label file', async () => {
    await expect(labels('bad.json', [{ label: 3 }])).rejects.toMatchObject({ code: 'DATA', message: /without "file"/ });
    await expect(labels('bad2.json', { 'a.jpg': -1 })).rejects.toMatchObject({ code: 'DATA', message: /-1/ });
    await expect(labels('bad3.json', '{')).rejects.toMatchObject({ code: 'DATA', message: /JSON/ });
    await expect(labels('bad.csv', 'a.jpg\n')).rejects.toMatchObject({ code: 'DATA' });
  });
});

describe('class names', () => {
  it.each([
    ['names.txt', 'tench\nshark\n'],
    ['list.json', ['tench', 'shark']],
    ['objects.json', [{ label: 1, name: 'shark', wnid: 'n2' }, { label: 0, name: 'tench', wnid: 'n1' }]],
    ['keras.json', { 0: ['n1', 'tench'], 1: ['n2', 'shark'] }],
    ['index.json', { tench: 0, shark: 1 }],
    ['inside.json', { classes: ['tench', 'shark'] }],
  ])('are read from %s', async (name, content) => {
    const { names, indexOf } = await readClassNames(await write(name, content));
    expect(names).toEqual(['tench', 'shark']);
    expect(indexOf.get('shark')).toBe(1);
  });

  it('count folders by number, by a list, or in order', async () => {
    expect([...folderClasses(['10', '2'], undefined).indexOf]).toEqual([['10', 10], ['2', 2]]);
    const wordnet = await readClassNames(await write('w.json', [{ label: 5, name: 'hen', wnid: 'n5' }]));
    expect(folderClasses(['n5'], wordnet).indexOf.get('n5')).toBe(5);
    expect(folderClasses(['b', 'a'], undefined)).toMatchObject({ names: ['a', 'b'], note: /0 = a, 1 = b/ });
    expect(() => folderClasses(['n6'], wordnet)).toThrow(/n6/);
  });
});
