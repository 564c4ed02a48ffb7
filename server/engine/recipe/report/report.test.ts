import type { LayerResult, RunResult } from '../../../../protocol/results/run.ts';
import type { TrainingResult } from '../../../../protocol/results/training.ts';
import { describe, expect, it } from 'vitest';
import type { ReportContent } from './content.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';
import { latencyChart } from './charts.ts';
import { goalSentence, summaryRows } from './rows.ts';

function layer(i: number): LayerResult {
  const float = i === 0;
  return {
    name: `/features/${i}/conv/Conv`,
    opType: 'Conv',
    action: float ? 'float' : 'int8',
    sqnrDb: float ? null : 22 + ((i * 7) % 19),
    ...(float && { reason: 'int8 costs 3.1 points here' }),
    bytesBefore: 4000 * (i + 1),
    bytesAfter: float ? 4000 : 1040 * (i + 1),
  };
}

const result: RunResult = {
  output: 'out/squeezenet.int8.onnx',
  report: 'out/squeezenet.int8.report.html',
  reportMarkdown: 'out/squeezenet.int8.report.md',
  recipe: 'out/squeezenet.int8.lathe.yaml',
  model: 'squeezenet.onnx',
  original: {
    sizeBytes: 4_955_097,
    parameters: 1_235_496,
    metric: { name: 'top1', value: 0.594, samples: 400, ci95: [0.545, 0.641], synthetic: false },
    latencyMs: { median: 12.31, p95: 13.2 },
  },
  result: {
    sizeBytes: 1_333_000,
    parameters: 1_235_496,
    metric: { name: 'top1', value: 0.592, samples: 400, ci95: [0.543, 0.639], synthetic: false },
    latencyMs: { median: 5.82, p95: 6.4 },
  },
  sizeRatio: 3.7172,
  latencyRatio: { median: 2.115, ci95: [2.05, 2.19] },
  drop: { value: 0.002, ci95: [-0.007, 0.011] },
  goal: { maxDrop: 0.01, prefer: 'size' },
  goalMet: true,
  layers: Array.from({ length: 26 }, (_, i) => layer(i)),
  steps: [
    { name: 'fold', durationMs: 40, kept: true, value: 0.594 },
    { name: 'quantize', durationMs: 4100, kept: true, value: 0.592 },
  ],
  notes: [
    { severity: 'info', message: 'Lifted from opset 7 to 13.' },
    { severity: 'warning', message: 'The range of a <value> | is wide.', node: '/features/3/conv/Conv' },
  ],
  synthetic: false,
  data: {
    calibration: { description: '100 pictures of photos/', samples: 100, synthetic: false },
    evaluation: { description: '400 pictures of photos/, labels.json', samples: 400, synthetic: false },
  },
  target: 'x64-vnni',
  seed: 0,
  threads: 2,
  machine: {
    processor: 'Some Processor',
    cores: 2,
    platform: 'linux x64',
    node: '20.20.2',
    onnxruntime: '1.30.0',
    lathe: '0.1.0',
  },
  durationMs: 9876,
};

/** One grey pixel. */
const dot = 'data:image/gif;base64,R0lGODlhAQABAIAAAICAgP///ywAAAAAAQABAAACAkQBADs=';

const content: ReportContent = {
  result,
  title: 'squeezenet <1.1> & co',
  recipeText: 'version: 1\nmodel: squeezenet.onnx\nsteps:\n  - fold: {}\n',
  command: 'lathe run squeezenet.int8.lathe.yaml',
  date: '2026-01-02T03:04:05.000Z',
  latencySamplesMs: {
    original: Array.from({ length: 200 }, (_, i) => 12.3 + Math.sin(i * 12.9898) * 0.5 + (i % 50 === 0 ? 3 : 0)),
    result: Array.from({ length: 200 }, (_, i) => 5.8 + Math.sin(i * 78.233) * 0.35),
  },
  classes: [
    { label: 'tench', samples: 2, before: 1, after: 0.5 },
    { label: 'goldfish', samples: 2, before: 0.5, after: 1 },
    { label: 'shark', samples: 2, before: 0.5, after: 0.5 },
  ],
  worse: [
    { name: 'n01440764_1.jpg', expected: 'tench', before: 'tench 54 %', after: 'eel 48 %', change: 0.4, picture: dot },
    { name: '<b>.jpg', expected: 'tench', before: 'tench', after: 'eel', change: 0.1 },
  ],
  changed: { worse: 7, better: 6 },
};

describe('rows', () => {
  it('compares before and after', () => {
    expect(summaryRows(result)).toEqual([
      { what: 'Size', before: '4.96 MB', after: '1.33 MB', change: '3.72x smaller' },
      { what: 'Parameters', before: '1.24 M', after: '1.24 M', change: '' },
      { what: 'Latency, median', before: '12.3 ms', after: '5.82 ms', change: '2.12x faster (2.05x to 2.19x)' },
      { what: 'Latency, p95', before: '13.2 ms', after: '6.40 ms', change: '2.06x faster' },
      { what: 'top1', before: '59.4 %', after: '59.2 %', change: '-0.2 points (-1.1 to +0.7), 400 samples' },
    ]);
  });

  it('turns a loss of speed around, and says when nothing changed', () => {
    const slower: RunResult = { ...result, sizeRatio: 1.001, latencyRatio: { median: 0.5, ci95: [0.4, 0.8] } };
    const rows = summaryRows(slower);
    expect(rows[0]?.change).toBe('the same');
    expect(rows[2]?.change).toBe('2.00x slower (1.25x to 2.50x)');
    const same = { ...result, latencyRatio: { median: 1.01, ci95: [0.97, 1.04] as const } };
    expect(summaryRows(same)[2]?.change).toBe('about as fast (0.97x to 1.04x)');
  });

  it('judges the goal', () => {
    expect(goalSentence(result)).toBe('Goal met: top1 drops by 0.2 points, and 1.0 points are allowed.');
    expect(goalSentence({ ...result, goalMet: false, drop: { value: 0.05, ci95: [0.03, 0.07] } }))
      .toBe('Goal missed: top1 drops by 5.0 points, and only 1.0 points are allowed.');
    expect(goalSentence({ ...result, goal: {} })).toBeUndefined();
    const sqnr = (value: number): RunResult['result'] => ({
      ...result.result,
      metric: { name: 'sqnr', value, samples: 32, synthetic: true },
    });
    const compared: RunResult = { ...result, original: sqnr(Infinity), result: sqnr(23.5), goal: { maxDrop: 20 } };
    expect(goalSentence(compared)).toBe('Goal met: sqnr is 23.5 dB, and at least 20.0 dB is wanted.');
    expect(summaryRows(compared).at(-1)).toMatchObject({ before: 'exact', after: '23.5 dB', change: '32 samples' });
  });
});

describe('markdownReport', () => {
  const text = markdownReport(content);

  it('has the figures, the layers and how to reproduce them', () => {
    expect(text).toContain('| Size | 4.96 MB | 1.33 MB | 3.72x smaller |');
    expect(text).toContain('## Layers: 25 int8, 1 float');
    expect(text).toContain('| `/features/0/conv/Conv` | Conv | float: int8 costs 3.1 points here |');
    expect(text).toContain('| tench | 2 | 100.0 % | 50.0 % |');
    expect(text).not.toContain('| shark |');
    expect(text).toContain('Samples that got worse: 7 (6 got better)');
    expect(text).toContain('lathe run squeezenet.int8.lathe.yaml');
  });

  it('takes the meaning from what is not its own', () => {
    expect(text).toContain('# squeezenet \\<1.1\\> & co, compressed');
    expect(text).toContain('The range of a \\<value\\> \\| is wide.');
  });
});

describe('htmlReport', () => {
  const page = htmlReport(content);

  it('needs nothing but itself', () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|src="(?!data:)|href=/);
    expect(page).not.toMatch(/https?:/);
  });

  it('is well formed and escapes names', () => {
    expect(page).toContain('<h1>squeezenet &lt;1.1&gt; &amp; co</h1>');
    expect(page).toContain('<b>&lt;b&gt;.jpg</b>');
    // Every element that is opened is closed, in order.
    const open: string[] = [];
    const body = page.slice(page.indexOf('<html')).replaceAll(/<style>[^]*?<\/style>/g, '');
    for (const [, slash, name, rest] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/g)) {
      if (/^(?:meta|br|img)$/.test(name!) || rest!.endsWith('/')) continue;
      if (slash === '/') expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
  });

  it('gives every chart a text alternative and every table a caption', () => {
    const charts = page.match(/<svg[^>]*>/g) ?? [];
    expect(charts.length).toBeGreaterThan(4);
    for (const chart of charts) expect(chart).toMatch(/role="img" aria-label="[^"]+"|aria-hidden="true"/);
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<table><caption>/g)?.length);
    expect(page.match(/<img /g)?.length).toBe(1);
  });

  it('folds long lists of layers away, and leaves out what is not there', () => {
    const many = { ...content, result: { ...result, layers: Array.from({ length: 80 }, (_, i) => layer(i)) } };
    expect(htmlReport(many)).toContain('<summary>All 80 layers</summary>');
    const bare: ReportContent = {
      ...content,
      result: {
        ...result,
        original: { ...result.original, metric: null, latencyMs: null },
        result: { ...result.result, metric: null, latencyMs: null },
        latencyRatio: null,
        drop: null,
        layers: [],
        notes: [],
      },
      classes: [],
      worse: [],
    };
    const { latencySamplesMs: _, ...without } = bare;
    expect(htmlReport(without)).not.toMatch(/NaN|undefined|null|Latency, /);
    expect(markdownReport(without)).not.toMatch(/NaN|undefined|null/);
  });
});

it('does not let outliers flatten the latencies, and says how many it leaves out', () => {
  const calm = Array.from({ length: 200 }, (_, i) => 1 + (i % 20) / 100);
  const medians = { before: 1.1, after: 1.1 };
  expect(latencyChart(calm, calm, medians)).not.toContain('not drawn');
  const disturbed = [...calm, ...Array.from({ length: 20 }, () => 50)];
  const chart = latencyChart(disturbed, calm, medians);
  expect(chart).toContain('20 of 420 runs took longer than');
  expect(chart).not.toContain('50.0 ms');
});

describe('a step that trained', () => {
  const training: TrainingResult = {
    learnedFrom: 'the teacher\'s outputs', samples: 900, heldOut: 100, batch: 32, stepsMade: 60, stepsPlanned: 80,
    epochs: 2.1, learningRate: 1e-3, learningRateFound: true, metric: 'agreement',
    losses: Array.from({ length: 60 }, (_, i) => [i, 2 * 0.95 ** i] as const),
    scores: Array.from({ length: 31 }, (_, i) => ({ step: 2 * i, value: 0.7 + 0.25 * Math.sin(i / 20), loss: 1 })),
    bestStep: 50, end: 'early', trainingMs: 61_000,
  };
  const trained: ReportContent = {
    ...content, result: { ...result, steps: [{ name: 'distill', durationMs: 61_000, kept: true, training }] },
  };

  it('shows its curves and what it learned from', () => {
    const page = htmlReport(trained);
    expect(page).toContain('<h2>Training: distill</h2>');
    expect(page).toContain('aria-label="Loss of each step: from 2.00 to 0.0970"');
    expect(page).toContain('aria-label="agreement on 100 held-out samples: from 70.0 % to');
    const [loss] = [...page.matchAll(/<path class="curve" d="([^"]+)"/g)].map(([, d]) =>
      [...d!.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const));
    expect(loss).toHaveLength(60);
    // A loss that falls by the same factor each step is a straight line on a logarithmic scale.
    for (let i = 2; i < 60; i++) expect(loss![i]![1] - loss![i - 1]![1]).toBeCloseTo(loss![1]![1] - loss![0]![1], 1);
  });

  it('is told in Markdown, with the weights that were kept among a few rows', () => {
    const text = markdownReport(trained);
    expect(text).toContain('## Training: distill');
    expect(text).toMatch(/Learned from the teacher's outputs: 60 steps of 32 samples .* It ended early/);
    expect(text).toMatch(/\| 50 \(kept\) \| 93\.7 % \|/);
    expect(text.match(/^\| \d+ (\(kept\) )?\| [\d.]+ % \|/gm)!.length).toBeLessThan(16);
  });

  it('tells what each step gave, the original first', () => {
    const steps = [
      { name: 'prune', durationMs: 5000, kept: true, value: 0.58, constantBytes: 2_600_000, macs: 171_000_000 },
      { name: 'quantize', durationMs: 8000, kept: false, value: 0.41, constantBytes: 660_000, macs: 171_000_000 },
    ];
    const candidates = [
      {
        step: '', weightBytes: 4_900_000, value: 0.594, drop: 0, dropCi95: [0, 0] as const,
        allowed: true, chosen: false,
      },
    ];
    const both = { ...content, result: { ...content.result, steps, candidates } };
    const rows = markdownReport(both).split('\n').filter((line) => /^\| (original|prune|quantize)/.test(line));
    expect(rows.map((row) => row.split('|').slice(1, 5).map((cell) => cell.trim()))).toEqual([
      ['original', '4.90 MB', '', '59.4 %'],
      ['prune', '2.60 MB', '171 M', '58.0 %'],
      ['quantize (undone)', '660 kB', '171 M', '41.0 %'],
    ]);
    expect(htmlReport(both)).toContain('<td>quantize (undone)</td><td>660 kB</td>');
  });
});
