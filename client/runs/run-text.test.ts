import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../protocol/runs.ts';
import { ago, progressText, roughTime, runFacts, runItem, runTitle, stateText } from './run-text.ts';

const record: RunRecord = {
  id: 'r', request: { kind: 'recipe', recipe: '/w/digits.int8.lathe.yaml' }, state: 'running', createdAt: 1000,
};

describe('a run in the view', () => {
  it('while it goes on', () => {
    const running = { ...record, progress: { phase: 'Calibrating', done: 64, total: 256, leftMs: 20_400 } };
    const item = runItem(running, 5000);
    expect(item).toMatchObject({
      label: 'digits.int8', description: 'Calibrating 64 of 256, about 20 s left', context: 'run.running.recipe',
    });
    expect(item.icon.id).toBe('loading~spin');
  });

  it('while it trains, which can be paused', () => {
    const training = {
      recipeStep: 0, name: 'distill', stepsPlanned: 90, metric: 'top1', losses: [], scores: [], paused: false,
    };
    const progress = { phase: 'Training', done: 4, total: 90 };
    expect(runItem({ ...record, progress, training }, 0))
      .toMatchObject({ description: 'Training 4 of 90', context: 'run.running.recipe.training' });
    expect(runItem({ ...record, progress, training: { ...training, paused: true } }, 0))
      .toMatchObject({ description: 'Training, paused', context: 'run.running.recipe.paused' });
  });

  it('when it is done, with its age', () => {
    const done: RunRecord = { ...record, state: 'done', summary: '3.77x smaller', endedAt: 60_000 };
    expect(runItem(done, 360_000).description).toBe('3.77x smaller · 5 min ago');
    expect(runItem({ ...done, goalMet: false }, 360_000)).toMatchObject({ icon: { id: 'warning' } });
  });

  it('says what it is unless it compresses', () => {
    const benchmark: RunRecord = { ...record, request: { kind: 'benchmark', models: ['/a.onnx', '/b.onnx'] } };
    expect(runItem(benchmark, 0)).toMatchObject({ label: 'a.onnx, b.onnx', description: 'Benchmark · Starting' });
  });

  it('has a page whose title tells it from those before it', () => {
    const later = { ...record, id: 's', createdAt: Date.UTC(2026, 0, 2, 3, 4, 5) };
    const all = [later, { ...record, request: { kind: 'analyze', model: '/w/m.onnx', data: {} } } as RunRecord, record];
    expect(runTitle(record, all)).toBe('Compression: digits.int8');
    expect(runTitle(later, all)).toMatch(/^Compression: digits\.int8, .*\d.*05/);
    expect(runTitle(later, [later])).toBe('Compression: digits.int8');
  });

  it('shows why it failed', () => {
    const failed: RunRecord = { ...record, state: 'failed', failure: { code: 'DATA', message: 'No pictures.' } };
    expect(stateText(failed)).toBe('No pictures.');
    expect(runItem(failed, 0).icon).toEqual({ id: 'error', color: 'list.errorForeground' });
  });

  it('names in its tooltip what it wrote', () => {
    const done: RunRecord = {
      ...record, state: 'done', startedAt: 0, endedAt: 11_700, outputs: { model: '/w/m.onnx', report: '/w/m.html' },
    };
    const facts = new Map(runFacts(done));
    expect(facts.get('Took')).toBe('12 s');
    expect(facts.get('Model')).toBe('/w/m.onnx');
    expect(facts.has('Recipe')).toBe(false);
  });
});

it('leaves out of progress what is not known', () => {
  expect(progressText({ phase: 'Reading', done: 0, total: 0 })).toBe('Reading');
});

it('tells times no more exactly than they are known', () => {
  expect([400, 20_000, 100_000, 3_600_000, 4 * 3_600_000].map(roughTime)).toEqual([
    '1 s', '20 s', '2 min', '60 min', '4 h',
  ]);
  expect([0, 90_000, 3 * 3_600_000, 50 * 3_600_000].map((at) => ago(0, at))).toEqual([
    'just now', '2 min ago', '3 h ago', '2 d ago',
  ]);
});
