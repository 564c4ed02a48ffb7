/** The samples that no step learns from: they say how good the weights are. */

import type { Dataset } from '../../data/dataset.ts';
import { argMax } from '../../data/metrics/outputs.ts';
import type { Session } from '../../runtime/runtime.ts';
import { decibels } from '../../tensor/affine.ts';
import type { Feeds } from '../../tensor/tensor-value.ts';
import { Divergence } from './divergence.ts';
import { inBatches, runRows, type Rows } from './rows.ts';
import type { Score } from './score.ts';

export interface HeldOutOptions {
  readonly data: Dataset;
  readonly batch: number;
  readonly kind: 'scores' | 'outputs';
  /** Values of the student and of the teacher, in the same order. */
  readonly values: readonly string[];
  readonly teacher: { readonly session: Session; readonly values: readonly string[] } | undefined;
  readonly labelShare: number;
  readonly temperature: number;
  readonly classes: number;
  readonly signal?: AbortSignal | undefined;
}

interface KeptBatch {
  readonly first: number;
  readonly rows: number;
  readonly feeds: Feeds;
}

/** Feeds are kept up to this size; larger sets are read again each time. */
const keptBytes = 400_000_000;

export class HeldOut {
  private readonly options: HeldOutOptions;
  private readonly answers: (readonly Rows[])[];
  private readonly batches: readonly KeptBatch[] | undefined;

  private constructor(options: HeldOutOptions, answers: (readonly Rows[])[], batches: KeptBatch[] | undefined) {
    this.options = options;
    this.answers = answers;
    this.batches = batches;
  }

  /** Runs the teacher, once for all looks. */
  static async open(options: HeldOutOptions): Promise<HeldOut> {
    const { data, batch, teacher, signal } = options;
    const answers: (readonly Rows[])[] = [];
    let kept: KeptBatch[] | undefined = [];
    let bytes = 0;
    for await (const part of inBatches(data, batch, signal)) {
      if (teacher) answers.push(await runRows(teacher.session, teacher.values, part.feeds, part.rows, signal));
      for (const value of Object.values(part.feeds)) bytes += value.data.length * 4;
      if (bytes > keptBytes) kept = undefined;
      kept?.push(part);
    }
    return new HeldOut(options, answers, kept);
  }

  /** What `Score.value` is. */
  get metric(): string {
    const { labelShare, kind } = this.options;
    if (labelShare > 0) return 'top1';
    return kind === 'scores' ? 'agreement' : 'sqnr';
  }

  /** @param session of the student, with its values as outputs */
  async score(session: Session): Promise<Score> {
    const { options, answers } = this;
    const sums = options.kind === 'scores' ? new ScoreSums(options) : new OutputSums();
    let index = 0;
    for await (const { first, rows, feeds } of this.batches ?? inBatches(options.data, options.batch, options.signal)) {
      const student = await runRows(session, options.values, feeds, rows, options.signal);
      sums.add(student, answers[index], first, rows);
      index += 1;
    }
    return sums.score();
  }
}

interface Sums {
  add(student: readonly Rows[], teacher: readonly Rows[] | undefined, first: number, rows: number): void;
  score(): Score;
}

class ScoreSums implements Sums {
  private readonly options: HeldOutOptions;
  private readonly divergence: Divergence;
  private loss = 0;
  private right = 0;
  private places = 0;

  constructor(options: HeldOutOptions) {
    this.options = options;
    this.divergence = new Divergence(options.classes, options.temperature);
  }

  add([student]: readonly Rows[], teacher: readonly Rows[] | undefined, first: number, rows: number): void {
    const { classes, labelShare, data } = this.options;
    const scores = student!.data;
    const wanted = teacher?.[0]?.data;
    const places = scores.length / classes;
    this.places += places;
    if (wanted) this.loss += (1 - labelShare) * this.divergence.fromTeacher(scores, wanted);
    if (labelShare > 0) {
      for (let row = 0; row < rows; row++) {
        const own = scores.subarray(row * classes, (row + 1) * classes);
        const label = data.label(first + row) as number;
        this.loss += labelShare * this.divergence.fromLabel(own, label);
        if (argMax(own) === label) this.right += 1;
      }
    } else {
      for (let place = 0; place < places; place++) {
        const at = place * classes;
        if (argMax(scores, at, classes) === argMax(wanted!, at, classes)) this.right += 1;
      }
    }
  }

  score(): Score {
    return { value: this.right / this.places, loss: this.loss / this.places };
  }
}

class OutputSums implements Sums {
  private signal = 0;
  private noise = 0;

  add(student: readonly Rows[], teacher: readonly Rows[] | undefined): void {
    for (const [i, { data }] of student.entries()) {
      const wanted = teacher![i]!.data;
      for (let k = 0; k < data.length; k++) {
        this.signal += wanted[k]! ** 2;
        this.noise += (wanted[k]! - data[k]!) ** 2;
      }
    }
  }

  score(): Score {
    return { value: decibels(this.signal, this.noise), loss: this.noise / (this.signal || 1) };
  }
}
