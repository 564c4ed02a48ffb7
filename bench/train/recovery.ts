/**
 * What training gives back after pruning, on real networks of the kit.
 *
 *     LATHE_KIT=… node bench/run.mjs bench/train/recovery.ts resnet20|squeezenet [EPOCHS [SEED…]]
 *
 * resnet20: half of the multiply-accumulates go, recovered on 8,000 training pictures with labels and the original's
 * outputs, scored on the 5,000 test pictures. Budget: 12 epochs, about 1,350 steps of 64, 10 minutes of a core a seed.
 *
 * squeezenet: 1.5 times fewer multiply-accumulates, recovered on 400 of the 500 pictures by the original's outputs
 * alone, agreement measured on the other 100. Budget: 8 epochs, 20 minutes of one core a seed.
 */

import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSources } from '../../server/engine/data/source-schema.ts';
import { checkRecipe } from '../../server/engine/recipe/parse.ts';
import { runRecipe } from '../../server/engine/recipe/runner.ts';

interface Case {
  readonly model: string;
  readonly data: DataSources;
  readonly macs: number;
  readonly epochs: number;
  readonly labels: number;
}

const kit = process.env['LATHE_KIT'];
if (kit === undefined) throw new Error('Set LATHE_KIT to the folder of the kit.');
const cifar = (part: string): string => join(kit, 'data', 'cifar10', part);
const pictures = {
  images: join(kit, 'imagenet1k-sample', 'images'), preprocess: 'imagenet-caffe', shuffle: true,
} as const;

const cases: Readonly<Record<string, Case>> = {
  resnet20: {
    model: 'cifar10_resnet20_jpegft',
    data: {
      training: { images: cifar('train'), preprocess: 'imagenet', augment: ['flip', 'crop'] },
      calibration: { images: cifar('train'), preprocess: 'imagenet', limit: 512 },
      evaluation: { images: cifar('test'), preprocess: 'imagenet', metric: 'top1' },
    },
    macs: 0.5,
    epochs: 12,
    labels: 0.1,
  },
  squeezenet: {
    model: 'squeezenet1.1_fp32',
    data: {
      training: { ...pictures, limit: 400, augment: ['flip', 'crop'] },
      calibration: { ...pictures, limit: 128 },
      evaluation: { ...pictures, skip: 400, metric: 'agreement' },
    },
    macs: 1 / 1.5,
    epochs: 8,
    labels: 0,
  },
};

const [name = 'resnet20', epochs, ...seeds] = process.argv.slice(2);
const chosen = cases[name];
if (!chosen) throw new Error(`One of ${Object.keys(cases).join(', ')}.`);
const folder = join(tmpdir(), 'lathe-recovery');
mkdirSync(folder, { recursive: true });

for (const seed of seeds.length > 0 ? seeds.map(Number) : [0, 1, 2]) {
  const { recipe, findings } = checkRecipe({
    version: 1,
    model: join(kit, 'models', `${chosen.model}.onnx`),
    output: join(folder, `${name}.seed${seed}.onnx`),
    data: chosen.data,
    seed,
    steps: [
      { fold: {} },
      { prune: { method: 'channels', target: { macs: chosen.macs } } },
      { distill: { epochs: epochs === undefined ? chosen.epochs : Number(epochs), labels: chosen.labels } },
    ],
  });
  if (!recipe) throw new Error(findings.map(({ message }) => message).join(' '));
  const cpu = process.cpuUsage();
  const result = await runRecipe(recipe, {
    baseDir: folder,
    threads: 1,
    seed,
    progress: () => undefined,
    log: console.error,
    onTraining: ({ scores }) => {
      for (const { step, value, loss } of scores) console.error(step, value.toFixed(4), loss.toFixed(4));
    },
  });
  const { user, system } = process.cpuUsage(cpu);
  const { steps, original, result: after } = result;
  const training = steps.at(-1)!.training!;
  console.log(JSON.stringify({
    name,
    seed,
    metric: after.metric?.name,
    samples: after.metric?.samples,
    original: original.metric?.value,
    pruned: steps.find((step) => step.name === 'prune')?.value,
    recovered: after.metric?.value,
    latencyRatio: result.latencyRatio?.median,
    learningRate: training.learningRate,
    steps: training.stepsMade,
    bestStep: training.bestStep,
    trainingMs: training.trainingMs,
    mainProcessCpuMs: (user + system) / 1000,
  }));
}
