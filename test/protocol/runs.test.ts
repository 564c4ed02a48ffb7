import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { adviseRecipe, findData, listTargets } from '../../protocol/advice.ts';
import type { Benchmark } from '../../protocol/results/benchmark.ts';
import {
  cancelRun, deleteRun, listRuns, runChanged, runDeleted, runLog, runResult, startRun, type RunRecord, type RunRequest,
} from '../../protocol/runs.ts';
import { settingsChanged } from '../../protocol/server.ts';
import { parseRecipe } from '../../server/engine/recipe/parse.ts';
import { commandsOf, jobOf } from '../jobs/processes.ts';
import { connect, samples, type TestClient } from './connect.ts';

let client: TestClient;
let model: string;
const records: RunRecord[] = [];

async function begin(settings: Parameters<typeof connect>[0] = {}): Promise<void> {
  client = await connect(settings);
  model = join(client.folder, 'digits.onnx');
  copyFileSync(join(samples, 'digits.onnx'), model);
  records.length = 0;
  client.connection.onNotification(runChanged.method, (record: RunRecord) => void records.push(record));
}

beforeEach(() => begin());
afterEach(() => client.stop());

function over(id: string): Promise<RunRecord> {
  return new Promise((resolve) => {
    const look = (): void => {
      const record = records.find((one) => one.id === id && !['queued', 'running'].includes(one.state));
      if (record) resolve(record);
      else setTimeout(look, 20);
    };
    look();
  });
}

const folded = (): RunRequest => {
  const recipe = join(client.folder, 'folded.lathe.yaml');
  writeFileSync(recipe, 'version: 1\nmodel: digits.onnx\noutput: folded.onnx\nsteps: [{ fold: {} }]\n');
  return { kind: 'recipe', recipe };
};

describe('runs', () => {
  it('are started, told, listed, read and deleted', async () => {
    const { id, state } = await client.request(startRun, { request: folded() });
    expect(state).toBe('running');
    const record = await over(id);
    expect(record).toMatchObject({ state: 'done', summary: expect.stringContaining('smaller') as string });
    expect(await client.request(listRuns, {})).toEqual([record]);
    expect(await client.request(runResult, { id })).toMatchObject({ output: join(client.folder, 'folded.onnx') });
    expect((await client.request(runLog, { id })).text).toContain('Folding');
    const deleted = new Promise((resolve) => client.connection.onNotification(runDeleted.method, resolve));
    expect(await client.request(deleteRun, { id })).toBeNull();
    expect(await deleted).toEqual({ id });
    expect(await client.request(listRuns, {})).toEqual([]);
    expect(existsSync(join(client.folder, 'folded.onnx'))).toBe(true);
    expect(await client.failure(runLog, { id })).toMatchObject({ code: 'USAGE' });
  });

  it('measure a benchmark on the provider of the settings, or say which there are', async () => {
    await client.notify(settingsChanged, { threads: 1, provider: 'abacus', target: '', trusted: true });
    const { id } = await client.request(startRun, { request: { kind: 'benchmark', models: [model], seconds: 0.3 } });
    const ended = await over(id);
    expect(ended).toMatchObject({
      state: 'failed',
      failure: {
        code: 'USAGE',
        message: expect.stringContaining('"abacus"') as string,
        fix: expect.stringContaining('cpu') as string,
      },
    });
  });

  it('time nodes in a benchmark, and stop when they are cancelled', async () => {
    const done = await client.request(startRun, { request: { kind: 'benchmark', models: [model], seconds: 0.3 } });
    const next = await client.request(startRun, { request: { kind: 'benchmark', models: [model], seconds: 60 } });
    expect(next.state).toBe('queued');
    expect((await over(done.id)).summary).toMatch(/median, .* p95/);
    const result = await client.request(runResult, { id: done.id }) as Benchmark;
    expect(result.runs[0]!.nodes!.map(({ origin }) => origin)).toContain('/stem/conv');
    expect(await client.request(cancelRun, { id: next.id })).toMatchObject({ state: 'cancelled' });
    expect(records.at(-1)).toMatchObject({ id: next.id, state: 'cancelled' });
  });

  it('are refused in a workspace that is not trusted', async () => {
    await client.stop();
    await begin({ trusted: false });
    expect(await client.failure(startRun, { request: folded() })).toMatchObject({
      code: 'UNTRUSTED', message: 'A run would run a model, and this workspace is not trusted.',
    });
    const advice = { model, target: '', prefer: 'both' } as const;
    expect(await client.failure(adviseRecipe, advice)).toMatchObject({ code: 'UNTRUSTED' });
    expect(await client.request(listRuns, {})).toEqual([]);
  });
});

describe('a server that is killed', () => {
  it('takes its runs along, and the next one tells', async () => {
    const storagePath = join(client.folder, 'storage of its own');
    const first = await startServer(storagePath);
    const { id } = await first.start({ kind: 'benchmark', models: [model], seconds: 60 });
    await first.phase('Measuring latency');
    expect(first.jobFolders()).toHaveLength(1);
    const { group } = jobOf(first.process.pid!)!;
    expect(commandsOf(group).length).toBeGreaterThan(1);
    first.process.kill('SIGKILL');
    const second = await startServer(storagePath);
    try {
      expect(await second.list()).toMatchObject([{ id, state: 'failed', failure: { code: 'INTERRUPTED' } }]);
      // The job process heard that nobody listens any more: all that it started, and its folder, go with it.
      await expect.poll(() => commandsOf(group)).toEqual([]);
      expect(first.jobFolders()).toEqual([]);
    } finally {
      second.process.kill('SIGKILL');
    }
  });
});

interface ServerProcess {
  readonly process: ChildProcess;
  start(request: RunRequest): Promise<RunRecord>;
  list(): Promise<readonly RunRecord[]>;
  phase(name: string): Promise<unknown>;
  /** Folders in which job processes of this server work. */
  jobFolders(): readonly string[];
}

/** The language server as the editor starts it, with a folder of its own for temporary files. */
async function startServer(storagePath: string): Promise<ServerProcess> {
  const temporary = mkdtempSync(join(client.folder, 'tmp-'));
  const program = join(import.meta.dirname, '../../dist/server/language-server.js');
  const child = spawn(process.execPath, [program, '--stdio'], { env: { ...process.env, TMPDIR: temporary } });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin),
  );
  const phases = new Map<string, () => void>();
  connection.onNotification(runChanged.method, ({ progress }: RunRecord) => phases.get(progress?.phase ?? '')?.());
  connection.listen();
  const settings = { threads: 1, provider: 'cpu', target: '', trusted: true };
  await connection.sendRequest('initialize', {
    processId: null, rootUri: null, capabilities: {}, initializationOptions: { storagePath, settings },
  });
  return {
    process: child,
    start: (request) => connection.sendRequest(startRun.method, { request }),
    list: () => connection.sendRequest(listRuns.method, {}),
    phase: (name) => new Promise<void>((resolve) => phases.set(name, resolve)),
    jobFolders: () => readdirSync(temporary).filter((name) => name.startsWith('lathe-job-')),
  };
}

describe('the questions of the wizard', () => {
  it('name this machine first', async () => {
    const targets = await client.request(listTargets, {});
    expect(targets.map(({ here }) => here)).toEqual([true, ...targets.slice(1).map(() => false)]);
    expect(targets).toHaveLength(13);
  });

  it('find the data near a model', async () => {
    const found = await client.request(findData, { model: join(samples, 'digits.onnx'), folders: [samples] });
    expect(found.map(({ title, description }) => [title, description])).toEqual([
      ['digits.data.yaml', 'data file: calibration, evaluation, top1'],
      ['pictures/evaluation', '300 pictures in 10 classes'],
      ['pictures/calibration', '100 pictures in 10 classes'],
    ]);
    expect(found[0]!.choice).toEqual({ data: join(samples, 'digits.data.yaml') });
  });

  it('find what lies in a workspace, and never look where packages are', async () => {
    const put = (...path: readonly string[]): void => {
      const file = join(client.folder, ...path);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, '');
    };
    put('node_modules', 'x', 'images', 'a.png');
    put('.cache', 'b.png');
    put('photos', 'c.jpg');
    put('set', 'images', 'd.png');
    put('set', 'labels.json');
    put('arrays.npz');
    put('zoo', 'test_data_set_0', 'input_0.pb');
    put('texts.jsonl');
    writeFileSync(join(client.folder, 'bad.data.yaml'), 'imagse: x\n');
    const found = await client.request(findData, { model, folders: [client.folder] });
    expect(found.map(({ title }) => title)).toEqual([
      'bad.data.yaml', 'set/images', 'zoo', 'arrays.npz', 'photos', 'texts.jsonl',
    ]);
    expect(found[0]!.description).toContain('Unknown key "imagse"');
    expect(found[1]!.description).toBe('1 picture, with labels');
  });

  it('end in a recipe that can be carried out, under a name that is free', async () => {
    const data = { data: join(samples, 'digits.data.yaml'), limit: 20 };
    const params = { model, target: 'x64', prefer: 'size', maxDrop: 0.02, data } as const;
    const advice = await client.request(adviseRecipe, params);
    expect(advice).toMatchObject({
      recipe: join(client.folder, 'digits.int8.lathe.yaml'),
      predicted: { originalBytes: 400_331, latencyRatio: expect.any(Number) as number },
      warnings: [],
    });
    const { recipe } = parseRecipe(advice.text);
    expect(recipe).toMatchObject({
      model: 'digits.onnx', output: 'digits.int8.onnx', target: 'x64', goal: { maxDrop: 0.02, prefer: 'size' },
      steps: [{ name: 'fold' }, { name: 'quantize', options: { scheme: 'int8' } }],
    });
    for (const reason of advice.reasons) expect(advice.text.replaceAll(/\n\s*# /g, ' ')).toContain(reason);
    // What `lathe compress` makes of it.
    expect(advice.predicted.sizeBytes / 138_661).toBeCloseTo(1, 1);

    writeFileSync(advice.recipe, 'something of the user');
    const second = await client.request(adviseRecipe, params);
    expect(second.recipe).toBe(join(client.folder, 'digits.int8-2.lathe.yaml'));
    expect(second.text).toContain('output: digits.int8-2.onnx');
    writeFileSync(second.recipe, second.text);
    expect((await client.request(adviseRecipe, params)).recipe).toBe(second.recipe);
  });

  it('say what is not there yet, and what is wrong', async () => {
    const params = { model, target: '', prefer: 'both' } as const;
    expect(await client.failure(adviseRecipe, { ...params, technique: 'distill' })).toMatchObject({
      code: 'UNSUPPORTED', message: 'Distillation needs data to learn from.',
    });
    const missing = { data: join(client.folder, 'nowhere') };
    expect(await client.failure(adviseRecipe, { ...params, data: missing })).toMatchObject({ code: 'FILE' });
    const warned = await client.request(adviseRecipe, { ...params, target: 'qnn-htp' });
    expect(warned.warnings.join(' ')).toContain('qnn-htp needs fixed shapes');
    expect(warned.predicted.latencyRatio).toBeNull();
  });
});
