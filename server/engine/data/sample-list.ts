/** The one implementation of `Dataset`: a list of entries, and a function that reads the sample of an entry. */

import { LatheError, throwIfCancelled } from '../errors.ts';
import type { AugmentationName, Dataset, Label, ReadOptions, Sample, SamplesOptions } from './dataset.ts';

/** What is known of a sample without reading it. */
export interface Entry {
  readonly id: string;
  readonly label?: Label;
  readonly group?: string;
}

/** What a source knows about itself, and how it reads. */
export interface SampleSource<E extends Entry = Entry> {
  readonly description: string;
  readonly origin?: string;
  readonly synthetic?: boolean;
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
  readonly augment?: readonly AugmentationName[];
  readonly carry?: Readonly<Record<string, string>>;
  readonly entries: readonly E[];
  /** The sample without `id`, `label` and `group`, which are the entry's. */
  read(entry: E, options: ReadOptions): Promise<Omit<Sample, 'id' | 'label' | 'group'>>;
}

/** Samples being read while the caller works on one. */
const readAhead = 4;

export class SampleList<E extends Entry> implements Dataset {
  readonly description: string;
  readonly origin: string;
  readonly synthetic: boolean;
  readonly size: number;
  readonly labelled: boolean;
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
  readonly augment?: readonly AugmentationName[];
  readonly carry?: Readonly<Record<string, string>>;
  private readonly source: SampleSource<E>;

  constructor(source: SampleSource<E>) {
    this.source = source;
    this.description = source.description;
    this.origin = source.origin ?? '';
    this.synthetic = source.synthetic ?? false;
    this.size = source.entries.length;
    this.labelled = this.size > 0 && source.entries.every((entry) => entry.label !== undefined);
    this.notes = source.notes;
    if (source.classNames) this.classNames = source.classNames;
    if (source.augment) this.augment = source.augment;
    if (source.carry) this.carry = source.carry;
  }

  id(index: number): string {
    return this.entry(index).id;
  }

  label(index: number): Label | undefined {
    return this.entry(index).label;
  }

  async at(index: number, options: ReadOptions = {}): Promise<Sample> {
    const entry = this.entry(index);
    const read = await this.source.read(entry, options);
    return {
      id: entry.id,
      ...(entry.label !== undefined && { label: entry.label }),
      ...(entry.group !== undefined && { group: entry.group }),
      ...read,
    };
  }

  async *samples(options: SamplesOptions = {}): AsyncGenerator<Sample> {
    const { start = 0, end = this.size, signal, epoch } = options;
    const last = Math.min(end, this.size);
    const reading: Promise<Sample>[] = [];
    for (let index = start, next = start; index < last; index++) {
      throwIfCancelled(signal);
      for (; next < Math.min(last, index + readAhead); next++) {
        const sample = this.at(next, epoch === undefined ? {} : { epoch });
        // A failure is thrown when its turn comes; until then it must not count as unhandled.
        sample.catch(() => undefined);
        reading.push(sample);
      }
      yield await reading.shift()!;
    }
  }

  subset(indices: readonly number[]): Dataset {
    return new SampleList({ ...this.source, entries: indices.map((index) => this.entry(index)) });
  }

  private entry(index: number): E {
    const entry = this.source.entries[index];
    if (entry) return entry;
    throw new LatheError('INTERNAL', `Sample ${index} of a data set of ${this.size}.`);
  }
}
