/** What the labels of a source mean: classes by index or name, texts, boxes. */

import { LatheError } from '../../errors.ts';
import type { Label } from '../dataset.ts';
import { classNamesOf, type ClassNames } from './class-names.ts';
import { compareNames } from './paths.ts';
import type { RawLabel } from './raw-labels.ts';

export interface Labelling {
  /** Keyed as the raw labels were. */
  readonly labels: ReadonlyMap<string, Label>;
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
}

export interface LabelOptions {
  readonly labelType?: 'class' | 'text' | undefined;
  /** From a `classes` file, or from the label file itself. */
  readonly classes?: ClassNames | undefined;
}

/**
 * Words are classes when `labelType` says so, when a list of classes has them all, when they are whole numbers, or when
 * they stand twice on average; else they are texts.
 *
 * @throws LatheError `DATA` for a name that the list of classes does not have
 */
export function interpretLabels(raw: ReadonlyMap<string, RawLabel>, options: LabelOptions): Labelling {
  const words = [...raw.values()].flatMap((label) => (label.kind === 'word' ? [label.word] : []));
  const notes: string[] = [];
  const distinct = [...new Set(words)];
  let classes = options.classes;
  const known = words.length > 0 && classes !== undefined && distinct.every((word) => classes!.indexOf.has(word));
  const digits = distinct.every((word) => /^\d+$/.test(word));
  const areClasses = options.labelType === undefined
    ? known || digits || distinct.length <= words.length / 2
    : options.labelType === 'class';
  const numeric = areClasses && !known && digits;
  if (words.length > 0 && areClasses && !known && !numeric) {
    if (classes) throw unknownClass(distinct.find((word) => !classes!.indexOf.has(word))!);
    classes = classNamesOf(distinct.sort(compareNames).map((word, i) => [i, [word]]));
    notes.push(`Classes are numbered in alphabetical order of their names: ${shortList(classes.names)}. `
      + 'If the model counts them otherwise, give the order with "classes:".');
  }
  const labels = new Map<string, Label>();
  const names = [...(classes?.names ?? [])];
  for (const [key, label] of raw) {
    switch (label.kind) {
      case 'index':
        labels.set(key, label.index);
        if (label.name !== undefined) setName(names, label.index, label.name);
        break;
      case 'word':
        labels.set(key, areClasses ? classes?.indexOf.get(label.word) ?? Number(label.word) : label.word);
        break;
      case 'text':
        labels.set(key, label.text);
        break;
      case 'boxes':
        labels.set(key, label.boxes);
    }
  }
  return { labels, notes, ...(names.length > 0 && { classNames: names }) };
}

function setName(names: string[], index: number, name: string): void {
  while (names.length <= index) names.push('');
  if (names[index] === '') names[index] = name;
}

function unknownClass(word: string): LatheError {
  return new LatheError('DATA', `The label "${word}" is not in the list of classes.`, {
    fix: 'Add it to the file of "classes", or correct the label.',
  });
}

/**
 * Classes of the sub-folders of a folder: a folder named by a number is that class; else folders that a list of classes
 * knows are those; else they are numbered in sorted order.
 */
export function folderClasses(
  folders: readonly string[],
  classes: ClassNames | undefined,
): ClassNames & { readonly note?: string } {
  const sorted = [...new Set(folders)].sort(compareNames);
  if (sorted.every((name) => /^\d+$/.test(name))) {
    const indexOf = new Map(sorted.map((name) => [name, Number(name)]));
    return { names: classes?.names ?? [], indexOf };
  }
  if (classes) {
    const missing = sorted.find((name) => !classes.indexOf.has(name));
    if (missing !== undefined) throw unknownClass(missing);
    return classes;
  }
  return {
    ...classNamesOf(sorted.map((name, i) => [i, [name]])),
    note: `Classes are numbered in the order of their folders' names: ${shortList(sorted)}. If the model counts them `
      + 'otherwise, give the order with "classes:", or name the folders by class index.',
  };
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name, i) => `${i} = ${name}`);
  return names.length > 4 ? `${shown.join(', ')}, …` : shown.join(', ');
}
