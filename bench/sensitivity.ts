/**
 * What the sensitivity of all layers costs beside plain evaluations of the float model on the same samples, and
 * whether the ten worst layers come out as in the exhaustive sweep (every layer on every sample).
 *
 *     LATHE_KIT=… node bench/run.mjs bench/sensitivity.ts [squeezenet | yolox]… [--no-exhaustive]
 *
 * Calibration, the preparation of every layer, causes and profiles count as part of the analysis. Time is processor
 * time, of this process and the runtime's: wall time says little on a busy machine, and is given besides. One thread.
 */

import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { loadDataFile } from '../server/engine/data/data-file.ts';
import { metricFor } from '../server/engine/data/metrics/choose-metric.ts';
import { openDataset } from '../server/engine/data/open-dataset.ts';
import type { DataSource } from '../server/engine/data/source-schema.ts';
import { readModel } from '../server/engine/formats/onnx/read.ts';
import type { Model } from '../server/engine/model/model.ts';
import { foldModel } from '../server/engine/passes/fold/fold-model.ts';
import type { PassContext } from '../server/engine/passes/pass.ts';
import { prepareStatic } from '../server/engine/passes/quantize/static/static-pass.ts';
import { analysisOptions } from '../server/engine/recipe/analyze.ts';
import { evaluateModel } from '../server/engine/recipe/evaluate.ts';
import { modelOutputs } from '../server/engine/recipe/evaluator.ts';
import { modelInputs } from '../server/engine/recipe/open-data.ts';
import { withPool } from '../server/engine/recipe/runtime-pool.ts';
import { findCauses } from '../server/engine/sensitivity/causes/find-causes.ts';
import type { Finding, Study } from '../server/engine/sensitivity/findings.ts';
import { savedTimes } from '../server/engine/sensitivity/saved-times.ts';
import { studyLayers } from '../server/engine/sensitivity/study-layers.ts';
import { findTarget } from '../server/engine/targets/registry.ts';

const threads = 1;
const seed = 0;
/** Clock ticks of /proc, a hundred a second on every Linux. */
const tickMs = 10;

const nets = [
  { name: 'squeezenet', model: 'squeezenet1.1_fp32.onnx', data: 'squeezenet.data.yaml', calibration: 100, most: 6 },
  { name: 'yolox', model: 'yolox_nano.onnx', data: 'yolox-nano.data.yaml', calibration: 32, most: 10 },
] as const;

interface Timed<T> {
  readonly result: T;
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Processor time of this process and of the children that ended. */
function cpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ');
  return [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) * tickMs;
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const [cpu, wall] = [cpuMs(), performance.now()];
  const result = await work();
  const wallMs = performance.now() - wall;
  // Children count when they are gone.
  while (readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim() !== '') await setTimeout(100);
  return { result, cpuMs: cpuMs() - cpu, wallMs };
}

const silent = { threads, seed, progress: () => undefined, log: () => undefined } as const;

function analysis(model: Model, source: DataSource, baseDir: string, calibrated: number, exhaustive: boolean):
Promise<Study & { readonly firstMs: number }> {
  const started = performance.now();
  let firstMs = Infinity;
  return withPool({ threads }, async (pool, tempDir) => {
    const original = foldModel(model).model;
    const open = { baseDir, seed };
    const data = await openDataset(source, modelInputs(original), open);
    const stride = data.size / calibrated;
    const calibration = data.subset(Array.from({ length: calibrated }, (_, i) => Math.floor(i * stride)));
    const metric = await metricFor(source, data, modelOutputs(original), open);
    const context: PassContext = {
      ...silent, runtime: pool.get, calibration, evaluation: data, target: findTarget('x64'), original, tempDir,
    };
    const maker = await prepareStatic(original, analysisOptions, context, []);
    const study = await studyLayers({
      maker: maker!, data, metric, output: {}, context, exhaustive, quick: exhaustive,
      onProgress: () => {
        firstMs = Math.min(firstMs, performance.now() - started);
      },
    });
    if (!exhaustive) {
      await findCauses(study.findings, maker!, context);
      await savedTimes(maker!, data, context);
    }
    return { ...study, firstMs };
  });
}

function drops(one: Finding, other: Finding): string {
  const of = ({ drop, turned }: Finding): string => `${drop?.value.toFixed(4)} (${turned?.toFixed(4)} turned)`;
  return `${of(one)} and ${of(other)}`;
}

/** Spearman's rank correlation; equal values share their mean rank. */
function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mx) * (y[i]! - my);
    xx += (x[i]! - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) =>
    values.filter((other) => other < value).length + (values.filter((other) => other === value).length - 1) / 2);
}

const kit = process.env['LATHE_KIT'];
if (kit === undefined) throw new Error('LATHE_KIT is not set.');
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
for (const { name, model: file, data: dataFile, calibration, most } of nets) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const model = readModel(`${kit}/models/${file}`);
  const { baseDir, evaluation } = await loadDataFile(`bench/kit-data/${dataFile}`);
  const source = evaluation!;
  const evaluate = (): ReturnType<typeof evaluateModel> =>
    evaluateModel({ ...silent, model, sources: { evaluation: source }, baseDir });
  const before = await timed(evaluate);
  const fast = await timed(() => analysis(model, source, baseDir, calibration, false));
  const after = await timed(evaluate);
  const floatMs = (before.cpuMs + after.cpuMs) / 2;
  const { findings, samples, method, firstMs } = fast.result;
  console.log(`${name}: ${findings.length} layers, ${samples} samples. ${method}`);
  console.log(`  float evaluation ${floatMs.toFixed(0)} ms, analysis ${fast.cpuMs} ms: `
    + `${(fast.cpuMs / floatMs).toFixed(2)} evaluations (at most ${most}); by wall time `
    + ((2 * fast.wallMs) / (before.wallMs + after.wallMs)).toFixed(2) + '; first figures after '
    + `${firstMs.toFixed(0)} ms of wall time`);
  if (process.argv.includes('--no-exhaustive')) continue;
  const full = await timed(() => analysis(model, source, baseDir, calibration, true));
  const worst = full.result.findings.slice(0, 10);
  const found = new Map(findings.map((finding, rank) => [finding.layer.name, { ...finding, rank }]));
  const same = worst.map(({ layer }) => found.get(layer.name)!);
  console.log(`  exhaustive ${(full.cpuMs / floatMs).toFixed(2)} evaluations; of its ten worst layers `
    + `${same.filter(({ rank }) => rank < 10).length} are among the ten, Spearman of their ranks `
    + spearman(worst.map((_, rank) => rank), same.map(({ rank }) => rank)).toFixed(3) + ', of SQNR '
    + spearman(worst.map(({ sqnrDb }) => sqnrDb!), same.map(({ sqnrDb }) => sqnrDb!)).toFixed(3));
  for (const [i, one] of worst.entries()) {
    const other = same[i]!;
    console.log(`  ${one.layer.name}: rank ${i + 1} and ${other.rank + 1}, SQNR ${one.sqnrDb?.toFixed(2)} and `
      + `${other.sqnrDb?.toFixed(2)} dB, drop ${drops(one, other)}`);
  }
}
