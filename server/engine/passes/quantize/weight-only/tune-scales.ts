/**
 * Scales of rounded weights learn, end to end, what the float network answers (as in PEQA, Kim et al. 2023, but taught
 * by the network's own scores): codes stay, and one factor for each block is trained, together with the gains and
 * biases that stand directly before the rounded layers. Kept where samples that were not trained on gain by it.
 */

import type { Dataset, Sample } from '../../../data/dataset.ts';
import { LatheError, throwIfCancelled } from '../../../errors.ts';
import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { Session } from '../../../runtime/runtime.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { distillation } from '../../../train/losses/distillation.ts';
import { scoresOf } from '../../../train/losses/scores.ts';
import { Trainer } from '../../../train/trainer.ts';
import { withOutputs } from '../../observe.ts';
import type { PassContext } from '../../pass.ts';
import { blocksOf, storedScale, type BlockWeights } from './block-weights.ts';
import { placeRows } from './emit-layer.ts';
import type { SequenceResult } from './round-in-sequence.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { findWeightLayers } from './weight-layers.ts';

/** Share of the samples that only judge. */
const judgingShare = 0.25;
/** Fewest samples of which some can judge. */
const fewestSamples = 4;
const epochs = 24;
/** Epochs without a gain after which training ends. */
const patience = 4;
const learningRate = 8e-4;
/** Steps over networks larger than this would take longer than all the rest. */
const mostWeights = 2e7;
const mostSteps = 1200;

const factorPrefix = 'lathe_scale_factor_';

export interface TunedScales {
  readonly sequence: SequenceResult;
  /** Gains and biases, by constant. */
  readonly vectors: ReadonlyMap<string, Tensor>;
  /** Divergence from the float network's answers on the judging samples, before and after. */
  readonly before: number;
  readonly after: number;
}

/** @returns undefined when the network cannot be trained here, or nothing was gained */
export async function tuneScales(
  model: Model,
  sequence: SequenceResult,
  data: Dataset,
  context: PassContext,
): Promise<TunedScales | undefined> {
  const output = model.graph.outputs[0];
  const size = [...sequence.values()].reduce((sum, { weights }) => sum + weights.codes.length, 0);
  if (model.graph.outputs.length !== 1 || !output || size === 0 || size > mostWeights) return undefined;
  if (data.size < fewestSamples || data.carry) return undefined;
  const samples = await sameShapes(data, context);
  const judging = Math.max(1, Math.floor(samples.length * judgingShare));
  if (samples.length - judging < fewestSamples / 2) return undefined;
  const scores = scoresOf(model, output.name);
  const tunable = withFactors(model, sequence);
  const runtime = await context.runtime();
  const { threads, signal } = context;
  let trainer: Trainer;
  try {
    trainer = await Trainer.create(runtime, {
      model: tunable.model,
      batch: 1,
      shapes: Object.fromEntries(Object.entries(samples[0]!.feeds).map(([name, { dims }]) => [name, dims])),
      losses: [{ loss: distillation({ scores, temperature: 1 }) }],
      optimizer: { kind: 'adam' },
      trainable: [`${factorPrefix}*`, ...tunable.vectors],
      batchNorm: 'frozen',
      threads,
    }, signal);
  } catch (error) {
    if (!(error instanceof LatheError) || error.code === 'CANCELLED') throw error;
    context.log(`Scales stay as they were rounded: ${error.message}`);
    return undefined;
  }
  const teacher = await runtime.load(withOutputs(model, [scores]), { threads }, signal);
  try {
    const learner = new Learner(trainer, teacher, scores, context);
    const learnt = await learner.run(samples.slice(judging), samples.slice(0, judging));
    return learnt && { ...learnt, ...tunable.read(learnt.tensors) };
  } finally {
    await teacher.release();
    await trainer.release();
  }
}

/** The samples whose inputs have the shapes that most have. */
async function sameShapes(data: Dataset, context: PassContext): Promise<Sample[]> {
  const groups = new Map<string, Sample[]>();
  for await (const sample of data.samples(context.signal ? { signal: context.signal } : {})) {
    const key = JSON.stringify(Object.entries(sample.feeds).map(([name, { dims }]) => [name, dims]));
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].reduce((largest, group) => (group.length > largest.length ? group : largest), []);
}

interface Learnt {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly before: number;
  readonly after: number;
}

class Learner {
  private readonly trainer: Trainer;
  private readonly teacher: Session;
  private readonly scores: string;
  private readonly context: PassContext;

  constructor(trainer: Trainer, teacher: Session, scores: string, context: PassContext) {
    this.trainer = trainer;
    this.teacher = teacher;
    this.scores = scores;
    this.context = context;
  }

  async run(training: readonly Sample[], judging: readonly Sample[]): Promise<Learnt | undefined> {
    const { signal, progress } = this.context;
    const before = await this.divergence(judging);
    const rounds = Math.max(1, Math.min(epochs, Math.floor(mostSteps / training.length)));
    let after = before;
    let tensors: ReadonlyMap<string, Tensor> | undefined;
    let waited = 0;
    for (let round = 0; round < rounds && waited < patience; round++) {
      for (const [i, sample] of training.entries()) {
        throwIfCancelled(signal);
        const at = (round + i / training.length) / rounds;
        await this.trainer.train(await this.feeds(sample), (learningRate * (1 + Math.cos(Math.PI * at))) / 2, signal);
      }
      progress('Tuning scales', round + 1, rounds);
      const now = await this.divergence(judging);
      waited = now < after ? 0 : waited + 1;
      if (now >= after) continue;
      after = now;
      tensors = await this.trainer.tensors('current', signal);
    }
    return tensors && { tensors, before, after };
  }

  private async feeds({ feeds }: Sample): Promise<Feeds> {
    const results = await this.teacher.run(feeds, [this.scores], this.context.signal);
    return { ...feeds, teacher: results[this.scores]! };
  }

  private async divergence(samples: readonly Sample[]): Promise<number> {
    let sum = 0;
    for (const sample of samples) {
      sum += (await this.trainer.gradient(await this.feeds(sample), this.context.signal)).loss;
    }
    return sum / samples.length;
  }
}

interface Tunable {
  readonly model: Model;
  /** Constants that learn besides the factors. */
  readonly vectors: readonly string[];
  read(tensors: ReadonlyMap<string, Tensor>): Pick<TunedScales, 'sequence' | 'vectors'>;
}

/** The network with rounded weights made of codes, scales and a factor of one for each block. */
function withFactors(model: Model, sequence: SequenceResult): Tunable {
  const copy = model.clone();
  const constants = Constants.of(copy);
  const index = new GraphIndex(copy.graph);
  const layers = findWeightLayers(copy.graph, constants).filter(({ node }) => sequence.has(node.label));
  const editor = new GraphEditor(copy);
  const stored = new StoredBlocks(editor);
  const factors = new Map<string, string>();
  const vectors = new Set<string>();
  for (const [i, layer] of layers.entries()) {
    const { node } = layer;
    for (const name of vectorsBefore(node.inputs[layer.input === 1 ? 0 : 1]!, index, constants)) vectors.add(name);
    const { weights } = sequence.get(node.label)!;
    const { rows, columns, grid: { blockSize } } = weights;
    const blocks = blocksOf(columns, blockSize);
    const factor = `${factorPrefix}${i}`;
    editor.addInitializer(Tensor.from(factor, 'float32', [rows * blocks, 1], new Float32Array(rows * blocks).fill(1)));
    factors.set(factor, node.label);
    const blocked = Tensor.fromBytes('blocks', 'float32', [rows * blocks, blockSize], paddedBlocks(weights));
    const scaled = stored.multiply(editor.addInitializer(blocked), factor);
    editor.setInput({ node, index: layer.input }, placeRows(layer, scaled, weights, stored));
  }
  editor.finish();
  return {
    model: copy,
    vectors: [...vectors],
    read: (tensors) => ({
      sequence: new Map([...sequence].map(([label, rounded]) => {
        const factor = [...factors].find(([, own]) => own === label)?.[0];
        const values = tensors.get(factor ?? '')?.toFloat32();
        return [label, values ? { ...rounded, weights: rescaled(rounded.weights, values) } : rounded] as const;
      })),
      vectors: new Map([...tensors].filter(([name]) => !factors.has(name))),
    }),
  };
}

/** [rows * blocks, blockSize] float weights; what fills up the last block of a row is zero. */
function paddedBlocks({ rows, columns, codes, scales, zeroPoints, grid: { blockSize } }: BlockWeights): Float32Array {
  const blocks = blocksOf(columns, blockSize);
  const out = new Float32Array(rows * blocks * blockSize);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++) {
      const at = row * blocks + Math.floor(k / blockSize);
      out[at * blockSize + (k % blockSize)] = (codes[row * columns + k]! - zeroPoints[at]!) * scales[at]!;
    }
  }
  return out;
}

function rescaled(weights: BlockWeights, factors: Float32Array): BlockWeights {
  const scales = weights.scales.map((scale, i) => storedScale(scale * factors[i]!, weights.halfScales));
  return { ...weights, scales };
}

/** Constants of one number for each channel that are multiplied or added just before `value`. */
function vectorsBefore(value: string, index: GraphIndex, constants: Constants): string[] {
  const node = index.producer(value);
  if (!node?.is('Mul', 'Add', 'LayerNormalization', 'RMSNormalization')) return [];
  return node.inputs.filter((name) => {
    const tensor = constants.tensor(name);
    return tensor?.dtype === 'float32' && tensor.dims.length === 1 && tensor.size > 1;
  });
}
