/**
 * The main job on real networks, beside files that onnxruntime's own quantizer made of the same networks from the same
 * number of calibration pictures (`bench/peers/ort_quantize.py --out DIR`).
 *
 *     npm run build
 *     LATHE_KIT=… [LATHE_PEERS=DIR] [LATHE_MOBILENET=FILE] node bench/run.mjs bench/main-job.ts [NAME…]
 *
 * For each network: `lathe compress` (its own figures and peak memory), then float, ours and the peer's best files in
 * one interleaved `lathe benchmark`. Prints Markdown rows; `bench/RESULTS.md` holds a run.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

interface Case {
  readonly name: string;
  readonly model: string;
  /** A file of `bench/kit-data`. */
  readonly data: string;
  readonly metric: string;
  /** The peer's files that are worth timing: its most accurate and its fastest. */
  readonly peers: readonly string[];
  readonly limit?: number;
}

const kit = process.env['LATHE_KIT'];
if (kit === undefined) throw new Error('Set LATHE_KIT to the folder of the kit.');
const peers = process.env['LATHE_PEERS'];
const mobilenet = process.env['LATHE_MOBILENET'];
const kitModel = (name: string): string => join(kit, 'models', `${name}.onnx`);
const best = ['u8s8-channel-reduced-minmax', 'u8s8-channel-reduced-percentile', 'u8u8-channel-percentile'];

const cases: readonly Case[] = [
  {
    name: 'squeezenet1.1',
    model: kitModel('squeezenet1.1_fp32'),
    data: 'squeezenet',
    metric: 'agreement',
    peers: best,
  },
  { name: 'resnet20', model: kitModel('cifar10_resnet20_jpegft'), data: 'resnet20', metric: 'agreement', peers: best },
  ...(mobilenet === undefined
    ? []
    : [{ name: 'mobilenetv1-0.25', model: mobilenet, data: 'resnet20', metric: 'top1', peers: best }]),
  { name: 'mnist', model: kitModel('mnist'), data: 'mnist', metric: 'top1', peers: [] },
  { name: 'yolox_nano', model: kitModel('yolox_nano'), data: 'yolox-nano', metric: 'map50', peers: [] },
  { name: 'PP-OCRv4 rec', model: kitModel('ch_PP-OCRv4_rec_infer'), data: 'ppocr-rec', metric: 'exact', peers: [] },
  { name: 'stories260K', model: kitModel('stories260K'), data: 'stories260K', metric: 'perplexity', peers: [] },
  { name: 'magika', model: kitModel('magika_standard_v3_3'), data: 'magika', metric: 'top1', peers: [] },
  { name: 'silero_vad', model: kitModel('silero_vad'), data: 'silero-vad', metric: 'binary', peers: [] },
];

interface CompressJson {
  readonly original: { readonly sizeBytes: number; readonly metric: { readonly value: number } };
  readonly result: {
    readonly sizeBytes: number;
    readonly metric: { readonly value: number; readonly samples: number };
  };
  readonly drop: { readonly value: number; readonly ci95: readonly [number, number] };
  readonly layers: readonly { readonly action: string }[];
  readonly durationMs: number;
}

interface BenchmarkJson {
  readonly ratios: readonly {
    readonly a: string;
    readonly b: string;
    readonly latency: { readonly median: number; readonly ci95: readonly [number, number] };
  }[];
}

/** Runs the command line and reads its one JSON document. */
function lathe(...args: readonly string[]): unknown {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['dist/server/lathe.js', ...args, '--json', '--quiet'],
    { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, LATHE_KIT: kit } },
  );
  if (status !== 0 && status !== 1) throw new Error(`lathe ${args.join(' ')}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'lathe-bench-'));
console.log('| network | metric | float | int8 | drop (95 %) | smaller | faster than float (95 %) | took |');
console.log('|---|---|---|---|---|---|---|---|');
for (const { name, model, data, metric, peers: configurations } of cases) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const output = join(folder, `${basename(model, '.onnx')}.int8.onnx`);
  const dataFile = join('bench', 'kit-data', `${data}.data.yaml`);
  const run = lathe('compress', model, '--data', dataFile, '--metric', metric, '-o', output) as CompressJson;
  const prefix = `${basename(model, '.onnx')}.`;
  const files = peers === undefined || !existsSync(peers)
    ? []
    : readdirSync(peers).filter((file) => configurations.some((c) => file === `${prefix}${c}.onnx`));
  const others = files.map((file) => join(peers!, file));
  const { ratios } = lathe('benchmark', model, output, ...others, '--data', dataFile) as BenchmarkJson;
  const speed = (path: string): string => {
    const found = ratios.find(({ a, b }) => a === model && b === path);
    if (!found) return '';
    const [low, high] = found.latency.ci95;
    return `${found.latency.median.toFixed(2)}x (${low.toFixed(2)}-${high.toFixed(2)})`;
  };
  const { original, result, drop } = run;
  const row = [
    `**${name}**`,
    `${metric}, ${result.metric.samples} samples`,
    original.metric.value.toFixed(4),
    result.metric.value.toFixed(4),
    `${drop.value.toFixed(4)} (${drop.ci95.map((x) => x.toFixed(4)).join(' to ')})`,
    `${(original.sizeBytes / result.sizeBytes).toFixed(2)}x`,
    speed(output),
    `${(run.durationMs / 1000).toFixed(0)} s`,
  ];
  console.log(`| ${row.join(' | ')} |`);
  for (const [i, path] of others.entries()) {
    const configuration = files[i]!.slice(prefix.length, -'.onnx'.length);
    const smaller = statSync(model).size / statSync(path).size;
    console.log(`| onnxruntime ${configuration} | | | | | ${smaller.toFixed(2)}x | ${speed(path)} | |`);
  }
}
rmSync(folder, { recursive: true, force: true });
