import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FromJob } from '../../protocol/job.ts';
import type { RunRequest } from '../../protocol/runs.ts';
import { JobProcess } from '../../server/jobs/job-process.ts';
import { removeHalfWritten } from '../../server/jobs/half-written.ts';
import { commandsOf } from './processes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-jobs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Started {
  readonly job: JobProcess;
  readonly lines: string[];
  /** Resolves when the program has said this. */
  says(line: string): Promise<void>;
}

/** A job process whose program does what `code` says; `tell` sends a message, `wait` blocks the whole process. */
function start(code: string): Started {
  const program = join(folder, `${String(readdirSync(folder).length)}.cjs`);
  writeFileSync(program, `
    const tell = (message) => process.send(message);
    const log = (line) => tell({ type: 'log', line });
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    ${code}
  `);
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  const request: RunRequest = { kind: 'recipe', recipe: 'none' };
  const job = new JobProcess({ type: 'start', request, settings: { threads: 1, seed: 0, provider: 'cpu' } }, {
    progress: () => undefined,
    kept: () => undefined,
    partial: () => undefined,
    training: () => undefined,
    log: (line) => {
      lines.push(line);
      waiting.get(line)?.();
    },
  }, program);
  const says = (line: string): Promise<void> => new Promise((resolve) => {
    if (lines.includes(line)) resolve();
    else waiting.set(line, resolve);
  });
  return { job, lines, says };
}

const message = (one: FromJob): string => JSON.stringify(one);

describe('a job process', () => {
  it('that hears nothing is killed, with what it started', async () => {
    const { job, says } = start(`
      require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']).on('spawn', () => {
        log('ready');
        setTimeout(() => wait(1e9), 50);
      });
    `);
    await says('ready');
    const pid = job.pid!;
    expect(commandsOf(pid)).toHaveLength(2);
    expect(await job.cancel()).toEqual({
      state: 'cancelled', failure: { code: 'CANCELLED', message: 'Cancelled. Nothing was written.' },
    });
    expect(commandsOf(pid)).toEqual([]);
  });

  it('that is writing its best result may finish that first', async () => {
    const { job, says } = start(`
      process.on('message', ({ type }) => {
        if (type !== 'start') return;
        tell(${message({ type: 'result', state: 'writing', path: '/m/best.onnx' })});
        log('writing');
        wait(700);
        tell(${message({ type: 'result', state: 'kept', path: '/m/best.onnx' })});
        setTimeout(() => wait(1e9), 20);
      });
    `);
    await says('writing');
    expect(await job.cancel()).toMatchObject({
      state: 'cancelled', kept: '/m/best.onnx',
      failure: { message: 'Cancelled. The best result so far is kept: /m/best.onnx' },
    });
  });

  it.each<[string, string, RegExp]>([
    ['says nothing', 'process.exit(0)', /crashed \(exit code 0\)/],
    ['throws', 'throw new Error("a defect")', /crashed \(exit code 1\)/],
    ['aborts', 'process.abort()', /crashed \(signal SIGABRT\)/],
  ])('that %s has failed', async (_, code, words) => {
    const { job, lines } = start(code);
    const end = await job.ended;
    expect(end).toMatchObject({
      state: 'failed', failure: { code: 'JOB_CRASH', message: expect.stringMatching(words) as string },
    });
    if (code.includes('defect')) expect(lines.join('\n')).toContain('Error: a defect');
  });

  it('that is out of memory is told from others, however long its stack is', async () => {
    const { job } = start(`
      console.error('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory');
      for (let i = 0; i < 50; i++) console.error(i + ': 0xb090e0 [node]');
      process.exitCode = 134;
      setTimeout(() => process.disconnect(), 20);
    `);
    const end = await job.ended;
    expect(end).toMatchObject({ failure: { message: 'The process of the run was out of memory (exit code 134).' } });
  });

  it('has a folder of its own, which goes with it', async () => {
    const { job, lines } = start(`
      log(process.cwd());
      log(require('node:os').tmpdir());
      setTimeout(() => process.exit(), 20);
    `);
    await job.ended;
    expect(lines[0]).toMatch(/lathe-job-/);
    expect(lines[1]).toBe(lines[0]);
    expect(existsSync(lines[0]!)).toBe(false);
  });

  it('whose last message comes before its end has done its work', async () => {
    const { job } = start(`process.send(${message({ type: 'done', result: { x: 1 } })}, () => process.exit(9))`);
    expect(await job.ended).toEqual({ state: 'done', result: { x: 1 } });
  });
});

describe('what a killed process had half written', () => {
  it('is removed, and nothing else', () => {
    const names = ['.a.onnx.1f.tmp', '.a.onnx.data.2e.tmp', '.b.onnx.1f.tmp', 'a.onnx', '.a.onnx.keep'];
    const at = mkdtempSync(join(folder, 'half-'));
    for (const name of names) writeFileSync(join(at, name), '');
    removeHalfWritten(join(at, 'a.onnx'));
    expect(readdirSync(at).sort()).toEqual(['.a.onnx.keep', '.b.onnx.1f.tmp', 'a.onnx']);
    removeHalfWritten(join(folder, 'gone', 'a.onnx'));
  });
});
