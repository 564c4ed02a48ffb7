/** Label files as they are written: JSON in several forms, CSV, TSV. What words mean is decided in labels.ts. */

import { extname } from 'node:path';
import { LatheError } from '../../errors.ts';
import type { Box } from '../dataset.ts';
import { parseClassNames, type ClassNames } from './class-names.ts';
import { parseCsv } from './csv.ts';
import { readJsonFile, readTextFile } from './paths.ts';

export type RawLabel =
  | { readonly kind: 'index'; readonly index: number; readonly name?: string }
  /** A class name, a text, or a class index in digits. */
  | { readonly kind: 'word'; readonly word: string }
  /** Certainly a text. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boxes'; readonly boxes: readonly Box[] };

export interface RawLabels {
  /** By file name, as written. */
  readonly labels: ReadonlyMap<string, RawLabel>;
  readonly classes?: ClassNames;
}

const fileKeys = ['file', 'file_name', 'filename', 'image', 'path', 'name'];
const labelKeys = ['label', 'class', 'class_index', 'category', 'target'];
const textKeys = ['text', 'transcription'];

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, message: string): LatheError {
  return new LatheError('DATA', `The label file "${path}" ${message}.`, {
    fix: 'Write a JSON object from file name to class index, a JSON list of {"file": …, "label": …}, or CSV lines.',
    at: { file: path },
  });
}

/** @throws LatheError `FILE` or `DATA` */
export async function readRawLabels(path: string): Promise<RawLabels> {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv' || extension === '.tsv') {
    const rows = parseCsv(await readTextFile(path, 'The label file'), extension === '.csv' ? ',' : '\t');
    return { labels: tableLabels(rows, path) };
  }
  const json = await readJsonFile(path, 'The label file');
  const classes = isObject(json) ? parseClassNames(json['classes'] ?? json['categories']) : undefined;
  const withClasses = (labels: Map<string, RawLabel>): RawLabels => ({ labels, ...(classes && { classes }) });
  if (Array.isArray(json)) return withClasses(listLabels(json, path));
  if (!isObject(json)) throw wrong(path, 'holds neither a list nor an object');
  if (Array.isArray(json['images'])) return cocoLabels(json, json['images'], path);
  const inner = json['labels'] ?? json['samples'];
  if (Array.isArray(inner)) return withClasses(listLabels(inner, path));
  return withClasses(objectLabels(isObject(inner) ? inner : json, path));
}

function tableLabels(rows: readonly (readonly string[])[], path: string): Map<string, RawLabel> {
  const header = rows[0]?.map((cell) => cell.trim().toLowerCase()) ?? [];
  const column = (keys: readonly string[]): number => header.findIndex((cell) => keys.includes(cell));
  const fileColumn = column(fileKeys);
  const textColumn = column(textKeys);
  const labelColumn = column(labelKeys);
  const hasHeader = fileColumn >= 0 && (textColumn >= 0 || labelColumn >= 0 || header.length === 2);
  const isText = hasHeader && labelColumn < 0 && textColumn >= 0;
  const from = hasHeader ? fileColumn : 0;
  const to = hasHeader ? [labelColumn, textColumn, 1 - fileColumn].find((index) => index >= 0)! : 1;
  const labels = new Map<string, RawLabel>();
  for (const row of hasHeader ? rows.slice(1) : rows) {
    const file = row[from]?.trim();
    const value = row[to];
    if (file === undefined || value === undefined) throw wrong(path, `has a line of one column: "${row.join(',')}"`);
    labels.set(file, isText ? { kind: 'text', text: value } : { kind: 'word', word: value.trim() });
  }
  return labels;
}

function valueLabel(value: unknown, path: string): RawLabel {
  if (typeof value === 'string') return { kind: 'word', word: value };
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return { kind: 'index', index: value };
  throw wrong(path, `has a label that is neither a class index nor a word: ${JSON.stringify(value)}`);
}

function objectLabels(json: Json, path: string): Map<string, RawLabel> {
  return new Map(Object.entries(json).map(([file, value]) => [file, valueLabel(value, path)]));
}

function listLabels(list: readonly unknown[], path: string): Map<string, RawLabel> {
  const labels = new Map<string, RawLabel>();
  for (const item of list) {
    if (!isObject(item)) throw wrong(path, 'has an item that is not an object');
    const file = fileKeys.map((key) => item[key]).find((value) => typeof value === 'string');
    if (file === undefined) throw wrong(path, `has an item without "file": ${JSON.stringify(item)}`);
    const text = textKeys.map((key) => item[key]).find((value) => typeof value === 'string');
    const value = labelKeys.map((key) => item[key]).find((one) => one !== undefined);
    if (Array.isArray(item['boxes'])) {
      labels.set(file, { kind: 'boxes', boxes: item['boxes'].map((box: unknown) => boxOf(box, path)) });
    } else if (value !== undefined) {
      const label = valueLabel(value, path);
      const named = item['file'] !== undefined && typeof item['name'] === 'string' && label.kind === 'index';
      labels.set(file, named ? { ...label, name: item['name'] as string } : label);
    } else if (text !== undefined) labels.set(file, { kind: 'text', text });
    else throw wrong(path, `has an item without "label": ${JSON.stringify(item)}`);
  }
  return labels;
}

/** `bbox` is [left, top, width, height] in pixels, as in COCO. */
function boxOf(box: unknown, path: string, classOf?: ReadonlyMap<number, number>): Box {
  const { bbox, iscrowd, ...rest } = isObject(box) ? box : {};
  const number = rest['class'] ?? rest['label'] ?? rest['category_id'];
  const [left, top, width, height] = Array.isArray(bbox) ? bbox.map(Number) : [];
  const complete = left !== undefined && top !== undefined && width !== undefined && height !== undefined;
  if (typeof number !== 'number' || !complete || !(width >= 0 && height >= 0)) {
    throw wrong(path, `has a box without "class" or "bbox": ${JSON.stringify(box)}`);
  }
  const classIndex = classOf ? classOf.get(number) : number;
  if (classIndex === undefined) throw wrong(path, `has a box of an unknown category: ${number}`);
  const crowd = iscrowd === 1 || iscrowd === true;
  return { classIndex, left, top, width, height, ...(crowd && { crowd }) };
}

/**
 * COCO's own form (`images`, `annotations`, `categories`, whose ids are counted through in order), or the short one
 * with `boxes` in each image.
 */
function cocoLabels(json: Json, images: readonly unknown[], path: string): RawLabels {
  if (!Array.isArray(json['annotations'])) {
    const classes = parseClassNames(json['classes']);
    return { labels: listLabels(images, path), ...(classes && { classes }) };
  }
  const categories = (Array.isArray(json['categories']) ? json['categories'] : []).filter(isObject);
  const sorted = categories.toSorted((a, b) => Number(a['id']) - Number(b['id']));
  const classOf = new Map(sorted.map((category, i) => [Number(category['id']), i]));
  const boxes = new Map<unknown, Box[]>();
  for (const annotation of json['annotations'].filter(isObject)) {
    const list = boxes.get(annotation['image_id']) ?? [];
    list.push(boxOf(annotation, path, classOf));
    boxes.set(annotation['image_id'], list);
  }
  const labels = new Map<string, RawLabel>();
  for (const image of images.filter(isObject)) {
    labels.set(String(image['file_name']), { kind: 'boxes', boxes: boxes.get(image['id']) ?? [] });
  }
  const names = sorted.map((category) => String(category['name']));
  return { labels, classes: { names, indexOf: new Map(names.map((name, i) => [name, i])) } };
}
