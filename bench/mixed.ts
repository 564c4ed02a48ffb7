/**
 * Mixed precision against what is done without it, by SQNR at the outputs on samples not used for calibration: the
 * front of `scheme: mixed`, all layers int8, all float16, and the usual greedy way: all layers int8, then the worst one
 * float, the two worst, and so on, by what each costs alone. Then once more with no precisions but those two.
 *
 *     LATHE_KIT=… [LATHE_SAMPLES=N] node bench/run.mjs bench/mixed.ts [resnet20 | squeezenet …]
 *
 * Prints CPU seconds of the search (this process and the runtime's), Markdown rows of the fronts, and which points of
 * the others no point of the front beats.
 */

import { readFileSync } from 'node:fs';
import { openDataset } from '../server/engine/data/open-dataset.ts';
import { readModel } from '../server/engine/formats/onnx/read.ts';
import type { Model } from '../server/engine/model/model.ts';
import { toHalf } from '../server/engine/passes/float16/to-half.ts';
import { foldModel } from '../server/engine/passes/fold/fold-model.ts';
import { compareAll, meanDb } from '../server/engine/passes/observe.ts';
import type { PassContext, PassNote } from '../server/engine/passes/pass.ts';
import { constantBytes, type KeptLayers } from '../server/engine/passes/quantize/candidates.ts';
import { prepareMixed } from '../server/engine/passes/quantize/mixed/mixed-pass.ts';
import { spreadOver } from '../server/engine/passes/quantize/mixed/search-front.ts';
import { quantizeOptions } from '../server/engine/passes/quantize/options.ts';
import { rankLayers } from '../server/engine/passes/quantize/rank-layers.ts';
import { prepareStatic } from '../server/engine/passes/quantize/static/static-pass.ts';
import { withNodeNames } from '../server/engine/recipe/node-names.ts';
import { modelInputs } from '../server/engine/recipe/open-data.ts';
import { withPool } from '../server/engine/recipe/runtime-pool.ts';
import { findTarget } from '../server/engine/targets/registry.ts';

const kit = process.env['LATHE_KIT'];
if (kit === undefined) throw new Error('Set LATHE_KIT to the folder of the kit.');

const networks = {
  resnet20: {
    path: `${kit}/models/cifar10_resnet20_jpegft.onnx`,
    images: `${kit}/data/cifar10/train`,
    preprocess: 'imagenet',
    samples: 100,
  },
  squeezenet: {
    path: `${kit}/models/squeezenet1.1_fp32.onnx`,
    images: `${kit}/imagenet1k-sample/images`,
    preprocess: {
      layout: 'NCHW', crop: 224, channels: 'BGR', mean: [103.939, 116.779, 123.68], std: [1, 1, 1],
    },
    samples: 60,
  },
} as const;

interface Point {
  readonly bytes: number;
  readonly db: number;
  readonly name: string;
}

/** CPU seconds of this process and of those that it started and that still run. */
function cpuSeconds(): number {
  const ticks = (pid: number): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return (ticks(process.pid) + children.reduce((sum, pid) => sum + ticks(Number(pid)), 0)) / 100;
}

function front(points: readonly Point[]): Point[] {
  return points.filter((point) => !points.some((other) => beats(other, point)));
}

function beats(a: Point, b: Point): boolean {
  return a.bytes <= b.bytes && a.db >= b.db && (a.bytes < b.bytes || a.db > b.db);
}

async function run(name: keyof typeof networks): Promise<void> {
  const { path, images, preprocess, samples: usual } = networks[name];
  const samples = Number(process.env['LATHE_SAMPLES'] ?? usual);
  const { model } = foldModel(withNodeNames(readModel(path)));
  const source = { images, preprocess, limit: 2 * samples } as never;
  const all = await openDataset(source, modelInputs(model), { baseDir: process.cwd(), seed: 0 });
  const half = Math.floor(all.size / 2);
  const calibration = all.subset(Array.from({ length: Math.min(100, half) }, (_, i) => 2 * i));
  const held = all.subset(Array.from({ length: half }, (_, i) => 2 * i + 1));
  await withPool({ threads: 1 }, async (pool, tempDir) => {
    const context: PassContext = {
      runtime: pool.get,
      calibration,
      target: findTarget('x64'),
      original: model,
      seed: 0,
      threads: 1,
      tempDir,
      progress: () => undefined,
      log: () => undefined,
    };
    const notes: PassNote[] = [];
    const before = cpuSeconds();
    const prepared = await prepareMixed(model, quantizeOptions.parse({ scheme: 'mixed' }), context, notes);
    if (!prepared) throw new Error('Nothing to quantize.');
    const found = prepared.front;
    const spread = spreadOver(found.points, 20);
    for (const point of spread) found.candidate(point);
    const seconds = cpuSeconds() - before;

    const int8 = (await prepareStatic(model, quantizeOptions.parse({ scheme: 'int8' }), context, []))!;
    const layers = int8.make().layers.filter(({ mode }) => mode !== 'float');
    const ranked = await rankLayers(int8, layers, new Map(), calibration, context);
    const greedy = ranked.map((_, i): KeptLayers =>
      new Map(ranked.slice(0, i + 1).map((layer) => [layer.name, { mode: 'float', reason: 'greedy' }])));
    const uniform = { type: 'float16', io: 'float32', keepsFloat: () => false } as const;
    const others: { name: string; model: Model }[] = [
      { name: 'all int8', model: int8.make().model },
      { name: 'all float16, weights', model: toHalf(model, { ...uniform, weightsOnly: true }).model },
      { name: 'all float16, computed', model: toHalf(model, { ...uniform, weightsOnly: false }).model },
      ...greedy.map((kept, i) => ({ name: `greedy, ${i + 1} float`, model: int8.make(kept).model })),
    ];
    // Besides the spread points, what the front has for the bytes of each rival.
    const floatBytes = constantBytes(model);
    const beside = others.map((other) => found.within(constantBytes(other.model) - floatBytes));
    const made = [...new Set([...spread, ...beside])].map((point) => found.candidate(point).model);
    // What choosing alone gains: no more precisions than the greedy way has.
    const two = quantizeOptions.parse({ scheme: 'mixed', precisions: ['float', 'int8'] });
    const plain = (await prepareMixed(model, two, context, []))!.front;
    const plainMade = [...new Set(others.map((other) => plain.within(constantBytes(other.model) - floatBytes)))]
      .map((point) => plain.candidate(point).model);
    const outputs = model.graph.outputs.map((o) => o.name);
    const measure = async (models: readonly Model[]): Promise<number[]> => {
      const db: number[] = [];
      for (let i = 0; i < models.length; i += 8) {
        const errors = await compareAll(model, models.slice(i, i + 8), outputs, held, held.size, context);
        db.push(...errors.map(meanDb));
      }
      return db;
    };
    const frontDb = await measure(made);
    const otherDb = await measure(others.map((other) => other.model));
    const plainDb = await measure(plainMade);
    const points = made.map((each, i) => ({ bytes: constantBytes(each), db: frontDb[i]!, name: 'mixed' }));
    const mixed = front(points).sort((a, b) => a.bytes - b.bytes);
    const only = front(plainMade.map((each, i) => (
      { bytes: constantBytes(each), db: plainDb[i]!, name: 'mixed, float and int8 only' })));
    const rivals = others.map((each, i) => ({ bytes: constantBytes(each.model), db: otherDb[i]!, name: each.name }));
    console.log(`\n${name}: search ${seconds.toFixed(0)} s of CPU, calibrated on ${calibration.size} pictures, `
      + `measured on ${held.size} others; float ${constantBytes(model)} bytes`);
    console.log('| | bytes | dB |\n|---|---|---|');
    for (const point of [...mixed, ...only, ...rivals]) {
      console.log(`| ${point.name} | ${point.bytes} | ${point.db.toFixed(1)} |`);
    }
    // The float model itself is on every front.
    const unbeaten = rivals.filter(({ bytes }) => bytes < floatBytes)
      .filter((rival) => !mixed.some((point) => beats(point, rival)));
    console.log(unbeaten.length === 0
      ? `The front beats all ${rivals.length} others.`
      : `Not beaten: ${unbeaten.map((point) => point.name).join(', ')}.`);
    const greedyOnes = rivals.filter((rival) => rival.name.startsWith('greedy') && rival.bytes < floatBytes);
    const matched = greedyOnes.filter((rival) => only.some((point) => beats(point, rival)));
    console.log(`With float and int8 only, ${matched.length} of ${greedyOnes.length} greedy ones are beaten.`);
  });
}

const wanted = process.argv.slice(2);
for (const name of Object.keys(networks) as (keyof typeof networks)[]) {
  if (wanted.length === 0 || wanted.includes(name)) await run(name);
}
