import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunResult } from '../../protocol/results/run.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { TestFolder, WatchedRuns } from './in-folder.ts';
import { commandsOf, jobOf } from './processes.ts';

let folder: TestFolder;
let runs: WatchedRuns;
beforeEach(() => {
  folder = new TestFolder();
  runs = new WatchedRuns(folder.storage);
});
afterEach(() => {
  runs.manager.dispose();
  folder.remove();
});

const temporary = (): string[] => readdirSync(folder.path).filter((name) => name.endsWith('.tmp'));
const quantize = '[{ fold: {} }, { quantize: { scheme: int8 } }]';
/** Timing the nodes of a small model for long is work that can be interrupted at any time. */
const long = (): { readonly kind: 'benchmark'; readonly models: readonly string[]; readonly seconds: number } =>
  ({ kind: 'benchmark', models: [folder.model], seconds: 60 });

describe('a run', () => {
  it('ends with the figures of the files that it wrote', async () => {
    const recipe = folder.recipe('small', '[{ fold: {} }, { quantize: { scheme: dynamic } }]', folder.recipeData(12));
    const { id, state } = runs.manager.start({ kind: 'recipe', recipe });
    expect(state).toBe('running');
    const record = await runs.over(id);
    expect(record).toMatchObject({
      state: 'done',
      goalMet: true,
      outputs: { model: folder.join('small.onnx'), report: folder.join('small.report.html') },
    });
    const result = runs.manager.result(id) as RunResult;
    const sizeBytes = readFileSync(folder.join('small.onnx')).byteLength;
    expect(result.result.sizeBytes).toBe(sizeBytes);
    expect(record.summary).toMatch(new RegExp(`^${(400_331 / sizeBytes).toFixed(2)}x smaller, .*top1 \\d+\\.\\d %`));
    expect(runs.seen.some(({ progress }) => progress?.phase === 'Measuring latency')).toBe(true);
    expect(runs.manager.log(id)).toContain(record.summary!);
    expect(record.progress).toBeUndefined();
    expect(temporary()).toEqual([]);
  });

  it('fails with the place in the recipe', async () => {
    const { id } = runs.manager.start({ kind: 'recipe', recipe: folder.recipe('bad', '[{ quantise: {} }]') });
    expect(await runs.over(id)).toMatchObject({
      state: 'failed',
      failure: { code: 'RECIPE', at: { file: folder.join('bad.lathe.yaml'), line: 4 } },
    });
    expect(() => runs.manager.result(id)).toThrow('The run has no result: it is failed.');
  });
});

describe('a cancelled run', () => {
  it('stops, with all its processes, and leaves nothing half written', async () => {
    const { id } = runs.manager.start(long());
    await runs.when(id, ({ progress }) => progress?.phase === 'Measuring latency' && progress.done > 0);
    const { group } = jobOf(process.pid)!;
    // One runtime's process may just have ended, and the next not have begun.
    await vi.waitFor(() => {
      expect(commandsOf(group).some((command) => command.includes('runtime-worker'))).toBe(true);
    }, { timeout: 10_000 });
    const record = await runs.manager.cancel(id);
    expect(record).toMatchObject({ state: 'cancelled', failure: { code: 'CANCELLED' } });
    expect(commandsOf(group)).toEqual([]);
    expect(temporary()).toEqual([]);
    expect(await runs.manager.cancel(id)).toEqual(record);
  });

  it('names the best result that it had reached', async () => {
    const recipe = folder.recipe('best', quantize, folder.recipeData(12));
    const { id } = runs.manager.start({ kind: 'recipe', recipe });
    await runs.when(id, ({ outputs }) => outputs?.model !== undefined);
    const record = await runs.manager.cancel(id);
    expect(record).toMatchObject({ state: 'cancelled', outputs: { model: folder.join('best.onnx'), recipe } });
    expect(record.failure?.message).toContain(folder.join('best.onnx'));
    expect(readModel(folder.join('best.onnx')).graph.nodes.length).toBeGreaterThan(0);
  });
});

describe('a job process that is killed', () => {
  it('fails its run only: the next one works', async () => {
    const first = runs.manager.start(long());
    const second = runs.manager.start({ kind: 'recipe', recipe: folder.recipe('folded', '[{ fold: {} }]') });
    expect(second.state).toBe('queued');
    await runs.when(first.id, ({ progress }) => progress?.phase === 'Measuring latency');
    const job = jobOf(process.pid)!;
    process.kill(job.pid, 'SIGKILL');
    expect(await runs.over(first.id)).toMatchObject({
      state: 'failed',
      failure: { code: 'JOB_CRASH', fix: expect.stringContaining('memory') as string },
    });
    expect(commandsOf(job.group)).toEqual([]);
    expect(await runs.over(second.id)).toMatchObject({ state: 'done', outputs: { model: folder.join('folded.onnx') } });
  });
});

describe('a job process without memory', () => {
  it('says so', async () => {
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = '--max-old-space-size=6';
    try {
      const { id } = runs.manager.start({ kind: 'recipe', recipe: folder.recipe('tight', quantize) });
      const { failure } = await runs.over(id);
      expect(failure).toMatchObject({ code: 'JOB_CRASH', fix: expect.stringContaining('fewer samples') as string });
      expect(failure?.message).toMatch(/^The process of the run was out of memory/);
      expect(runs.manager.log(id)).toContain('heap');
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
  });
});

describe('runs that wait', () => {
  it('are cancelled without ever beginning', async () => {
    const first = runs.manager.start(long());
    const second = runs.manager.start(long());
    expect([first.state, second.state]).toEqual(['running', 'queued']);
    expect(await runs.manager.cancel(second.id)).toMatchObject({ state: 'cancelled' });
    expect(() => runs.manager.delete(first.id)).toThrow('under way cannot be deleted');
    await runs.manager.cancel(first.id);
    runs.manager.delete(first.id);
    expect(runs.manager.list().map(({ id }) => id)).toEqual([second.id]);
  });
});

describe('the history', () => {
  const runFolder = (id: string): string => join(folder.storage, 'runs', id);

  it('survives its server, and tells which run was interrupted', async () => {
    const done = runs.manager.start({ kind: 'recipe', recipe: folder.recipe('folded', '[{ fold: {} }]') });
    await runs.over(done.id);
    const log = runs.manager.log(done.id);
    const under = runs.manager.start(long());
    const waits = runs.manager.start(long());
    const again = new WatchedRuns(folder.storage).manager;
    expect(again.list().map(({ id, state }) => [id, state])).toEqual([
      [waits.id, 'failed'], [under.id, 'failed'], [done.id, 'done'],
    ]);
    expect(again.list()[1]?.failure).toMatchObject({ code: 'INTERRUPTED' });
    expect(again.result(done.id)).toEqual(runs.manager.result(done.id));
    expect(again.log(done.id)).toBe(log);
    expect(again.knowing(folder.model).map(({ id }) => id)).toEqual([done.id]);
  });

  it('leaves out what is damaged, and says so', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const { id } = runs.manager.start({ kind: 'recipe', recipe: folder.join(`${name}.lathe.yaml`) });
      await runs.over(id);
      ids.push(id);
    }
    const [cut, other, empty, whole] = ids;
    const text = readFileSync(join(runFolder(cut!), 'run.json'), 'utf8');
    writeFileSync(join(runFolder(cut!), 'run.json'), text.slice(0, text.length / 2));
    writeFileSync(join(runFolder(other!), 'run.json'), '{"version":1,"record":{"id":7}}');
    writeFileSync(join(runFolder(empty!), 'run.json'), '');
    mkdirSync(join(folder.storage, 'runs', 'something else'));
    const again = new WatchedRuns(folder.storage);
    expect(again.manager.list().map(({ id }) => id)).toEqual([whole]);
    expect(again.told.filter((line) => line.includes('damaged'))).toHaveLength(3);
    expect(() => again.manager.result(whole!)).toThrow('no result');
  });

  it('forgets the oldest runs', () => {
    const stored = (number: number): string => {
      const id = `2026-01-01T00-00-00-${String(number).padStart(3, '0')}Z-0000`;
      mkdirSync(runFolder(id), { recursive: true });
      const record = { id, request: { kind: 'recipe', recipe: 'x' }, state: 'cancelled', createdAt: number };
      const run = { version: 1, record, models: [], phases: {}, owner: 1 };
      writeFileSync(join(runFolder(id), 'run.json'), JSON.stringify(run));
      return id;
    };
    const ids = Array.from({ length: 203 }, (_, i) => stored(i));
    const list = new WatchedRuns(folder.storage).manager.list();
    expect(list.map(({ id }) => id)).toEqual(ids.slice(3).reverse());
    expect(readdirSync(join(folder.storage, 'runs'))).toHaveLength(200);
  });

  it('does not stop a run when it cannot be written', async () => {
    // A file where the folder should be: that stops also those who may write everywhere.
    writeFileSync(folder.storage, '');
    const { id, warning } = runs.manager.start({ kind: 'recipe', recipe: folder.recipe('folded', '[{ fold: {} }]') });
    expect(warning).toContain('cannot be written');
    const record = await runs.over(id);
    expect(record).toMatchObject({ state: 'done', warning: expect.stringContaining('cannot be written') as string });
    expect((runs.manager.result(id) as RunResult).output).toBe(folder.join('folded.onnx'));
    expect(runs.manager.log(id)).toContain(record.summary!);
    expect(existsSync(folder.join('folded.onnx'))).toBe(true);
  });
});
