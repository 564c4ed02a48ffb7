/**
 * Whole networks against PyTorch on one thread: the gradient of every weight, then processor time per training step, in
 * turn. PyTorch runs the same graph operator by operator (the transformer with its fused functions), its allocator
 * tuned, its optimiser fused.
 *
 *     node bench/run.mjs bench/train/against-torch.ts PYTHON MODEL.onnx|transformer [options]
 *
 * `--input 32,3,32,32` the shape of one batch (of the transformer: batch, length, width), `--rounds 5`, `--steps 10` of
 * each in a round, `--optimizer sgd|adamw`, `--frozen` batch norms as in use, `--gradient` no timing.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { writeModel } from '../../server/engine/formats/onnx/write.ts';
import { Runtime } from '../../server/engine/runtime/runtime.ts';
import { tensorValue } from '../../server/engine/tensor/tensor-value.ts';
import { crossEntropy } from '../../server/engine/train/losses/cross-entropy.ts';
import { scoresOf } from '../../server/engine/train/losses/scores.ts';
import { Trainer } from '../../server/engine/train/trainer.ts';
import { Random } from '../../server/engine/util/random.ts';
import { TorchProcess, type TorchSteps } from './torch-process.ts';
import { transformer } from './transformer.ts';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    input: { type: 'string', default: '32,3,32,32' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '10' },
    optimizer: { type: 'string', default: 'sgd' },
    frozen: { type: 'boolean', default: false },
    gradient: { type: 'boolean', default: false },
  },
});
const [python, network] = positionals;
if (python === undefined || network === undefined) {
  throw new Error('Usage: against-torch.ts PYTHON MODEL.onnx|transformer [options]');
}

const dims = given.input.split(',').map(Number);
const shape = { layers: 4, heads: 4, length: dims[1]!, width: dims[2]!, classes: 10 };
const isTransformer = network === 'transformer';
const model = isTransformer ? transformer(shape) : readModel(network);
const folder = mkdtempSync(join(tmpdir(), 'against-torch-'));
const runtime = await Runtime.start({ threads: 1 });
try {
  const random = new Random(1);
  const x = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal());
  const labels = BigInt64Array.from({ length: dims[0]! }, () => BigInt(random.below(10)));
  const input = model.graph.feeds()[0]!.name;
  const scores = scoresOf(model, model.graph.outputs[0]!.name);
  const trainer = await Trainer.create(runtime, {
    model,
    batch: dims[0]!,
    shapes: { [input]: dims },
    losses: [{ loss: crossEntropy({ scores }) }],
    optimizer: { kind: given.optimizer as 'sgd' | 'adamw', ...(given.optimizer === 'adamw' && { weightDecay: 0.01 }) },
    batchNorm: given.frozen ? 'frozen' : 'training',
    threads: 1,
  });
  const feeds = {
    [input]: tensorValue('float32', dims, x),
    labels: tensorValue('int64', [dims[0]!], labels),
  };
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('x'), x);
  writeFileSync(file('labels'), labels);
  writeModel(model, file('model.onnx'));
  writeFileSync(file('job.json'), JSON.stringify({
    weights: trainer.weights.map(({ name }) => name),
    scores,
    training: !given.frozen,
    optimizer: given.optimizer,
    out: file('gradient'),
    feeds: { [input]: { file: file('x'), dims }, labels: { file: file('labels'), dims: [dims[0]] } },
    ...(isTransformer && { transformer: shape }),
  }));
  const torch = new TorchProcess(python, file('model.onnx'), file('job.json'));

  const { gradient, loss } = await trainer.gradient(feeds);
  const losses = await torch.ask<{ float32: number; float64: number }>('gradient');
  const [single, double] = ['float32', 'float64'].map((name) => {
    const bytes = readFileSync(`${file('gradient')}.${name}`);
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  });
  const length = (numbers: ArrayLike<number>): number =>
    Math.sqrt(Array.from(numbers, (number) => number * number).reduce((a, b) => a + b, 0));
  // Keys have a bias whose gradient is zero but for rounding: below this part of the whole nothing is compared.
  const floor = 1e-6 * length(double!);
  /** Length of the difference from double precision in each weight, as a part of its gradient's: the worst weight's. */
  const worst = (found: ArrayLike<number>): { error: number; weight: string } =>
    trainer.weights.reduce(
      (most, { name, offset, size }) => {
        const wanted = double!.subarray(offset, offset + size);
        const error = length(wanted.map((g, i) => found[offset + i]! - g)) / Math.max(length(wanted), floor);
        return error > most.error ? { error, weight: name } : most;
      },
      { error: 0, weight: '' },
    );
  console.log(`${network}: ${trainer.weights.length} weights, ${gradient.length} numbers`);
  console.log(`loss ${loss}, PyTorch ${losses.float32} (float64 ${losses.float64})`);
  console.log('worst weight against float64:', 'Lathe', worst(gradient), 'PyTorch', worst(single!));

  if (!given.gradient) {
    const cpuSeconds = (): number => {
      const fields = readFileSync(`/proc/${runtime.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      const own = process.cpuUsage();
      return (Number(fields[11]) + Number(fields[12])) / 100 + (own.user + own.system) / 1e6;
    };
    const steps = Number(given.steps);
    const ours: number[] = [];
    const theirs: number[] = [];
    let peakBytes = 0;
    for (let round = -1; round < Number(given.rounds); round++) {
      const start = cpuSeconds();
      for (let step = 0; step < steps; step++) await trainer.train(feeds, 1e-5);
      const seconds = cpuSeconds() - start;
      const answer = await torch.ask<TorchSteps>(`steps ${steps}`);
      peakBytes = answer.peakBytes;
      // The first round fills caches.
      if (round < 0) continue;
      ours.push((1000 * seconds) / steps);
      theirs.push((1000 * answer.cpuSeconds) / steps);
    }
    const ratios = ours.map((ms, i) => ms / theirs[i]!).sort((a, b) => a - b);
    const middle = (list: readonly number[]): string => [...list].sort((a, b) => a - b)[list.length >> 1]!.toFixed(1);
    const { peakRssBytes } = await runtime.memory();
    console.log(`CPU ms a step: Lathe ${middle(ours)}, PyTorch ${middle(theirs)}`);
    const [low, high] = [ratios[0]!.toFixed(2), ratios.at(-1)!.toFixed(2)];
    console.log(`ratio ${ratios[ratios.length >> 1]!.toFixed(2)} (${low} to ${high})`);
    console.log(`peak MB: Lathe ${(peakRssBytes / 1e6).toFixed(0)}, PyTorch ${(peakBytes / 1e6).toFixed(0)}`);
  }
  torch.close();
  await trainer.release();
} finally {
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
}
