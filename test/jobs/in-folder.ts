/** What the tests of runs share: a folder with the sample, short recipes, and a manager that is told apart. */

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord } from '../../protocol/runs.ts';
import { RunManager } from '../../server/jobs/run-manager.ts';

const root = join(import.meta.dirname, '../..');
export const sample = join(root, 'samples/digits.onnx');
const pictures = join(root, 'samples/pictures/evaluation');
const preprocess = '{ scale: 0.00392156862745098, mean: [0.1307], std: [0.3081], channels: GRAY }';

export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'lathe-runs-'));
  readonly model = join(this.path, 'digits.onnx');
  readonly storage = join(this.path, 'storage');

  constructor() {
    copyFileSync(sample, this.model);
  }

  join(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /** A recipe of one step or more, without latency where it has no data. */
  recipe(name: string, steps: string, data = ''): string {
    const path = this.join(`${name}.lathe.yaml`);
    writeFileSync(path, `version: 1\nmodel: digits.onnx\noutput: ${name}.onnx\n${data}steps: ${steps}\n`);
    return path;
  }

  /** A data file of a few labelled pictures. */
  data(limit: number): string {
    const path = this.join('few.data.yaml');
    writeFileSync(path, `images: ${JSON.stringify(pictures)}\npreprocess: ${preprocess}\nlimit: ${limit}\n`);
    return path;
  }

  /** The data part of a recipe, calibration and evaluation apart. */
  recipeData(limit: number): string {
    const source = (set: string): string => {
      const images = JSON.stringify(join(root, 'samples/pictures', set));
      return `{ images: ${images}, preprocess: ${preprocess}, limit: ${limit} }`;
    };
    return `data:\n  calibration: ${source('calibration')}\n  evaluation: ${source('evaluation')}\n`;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A manager whose events can be waited for. */
export class WatchedRuns {
  readonly manager: RunManager;
  readonly seen: RunRecord[] = [];
  readonly told: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(storagePath: string) {
    this.manager = new RunManager({
      storagePath,
      settings: () => ({ threads: 2, seed: 0, provider: 'cpu' }),
      log: (line) => this.told.push(line),
      events: {
        changed: (record) => {
          this.seen.push(record);
          for (const look of this.waiting) look();
        },
        deleted: () => undefined,
        resultsChanged: () => undefined,
      },
    });
  }

  /** The run's record as soon as `wanted` holds for it. */
  when(id: string, wanted: (record: RunRecord) => boolean): Promise<RunRecord> {
    return new Promise((resolve) => {
      const look = (): void => {
        const record = this.manager.list().find((run) => run.id === id);
        if (!record || !wanted(record)) return;
        this.waiting.delete(look);
        resolve(record);
      };
      this.waiting.add(look);
      look();
    });
  }

  over(id: string): Promise<RunRecord> {
    return this.when(id, ({ state }) => state !== 'queued' && state !== 'running');
  }
}
