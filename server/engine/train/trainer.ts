/**
 * Trains a model: one ONNX graph does a step, and the weights and the optimiser's state stay in the runtime's process
 * between steps. Deterministic: the same options, feeds and rates give the same weights on the same machine.
 */

import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { Tensor } from '../model/tensor.ts';
import { blockedChannels } from '../runtime/blocked-layout.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import { tensorValue, type Feeds, type TensorValue } from '../tensor/tensor-value.ts';
import type { FlatWeights } from './flat-weights.ts';
import { biasCorrections, inputs, type OptimizerParts } from './optimizers.ts';
import { isNamed } from './trainable-weights.ts';
import type { BlockedOperator, StepResult, TrainerOptions, TrainerState } from './trainer-options.ts';
import { buildTrainingGraph, type TrainingGraph } from './training-graph.ts';
import { writeWeights } from './write-weights.ts';

export type { BlockedOperator, StepResult, TrainerOptions, TrainerState } from './trainer-options.ts';

/** The weights of a step, or their moving average. */
export type WhichWeights = 'current' | 'average';

export class Trainer {
  private readonly options: TrainerOptions;
  private readonly graph: TrainingGraph;
  private readonly session: Session;
  private readonly stateNames: readonly string[];
  private steps = 0;

  private constructor(options: TrainerOptions, graph: TrainingGraph, session: Session) {
    this.options = options;
    this.graph = graph;
    this.session = session;
    this.stateNames = [...new Set([...Object.values(graph.carried), ...(options.masks ? [inputs.mask] : [])])];
  }

  /**
   * @throws LatheError `UNSUPPORTED` when nothing can be trained or a shape stays open, `USAGE` when the patterns leave
   *   no weight, `RUNTIME` when onnxruntime refuses the graph
   */
  static async create(runtime: Runtime, options: TrainerOptions, signal?: AbortSignal): Promise<Trainer> {
    const parts: OptimizerParts = {
      mask: options.masks !== undefined,
      rates: (options.rates ?? []).length > 0,
      decay: (options.optimizer.weightDecay ?? 0) > 0,
    };
    const graph = buildTrainingGraph(options, parts, await blockedChannels(runtime, signal));
    const { threads } = options;
    const session = await runtime.load(graph.model, threads === undefined ? {} : { threads }, signal);
    const trainer = new Trainer(options, graph, session);
    await trainer.begin(parts, signal);
    return trainer;
  }

  /** Operators without a gradient rule, and the weights that stay as they are because of them. */
  get blocked(): readonly BlockedOperator[] {
    return this.graph.blocked;
  }

  /** Names of the weights that learn, with their places in vectors such as `gradient`'s. */
  get weights(): FlatWeights['parts'] {
    return this.graph.weights.parts;
  }

  /** Steps made so far. */
  get step(): number {
    return this.steps;
  }

  /**
   * Makes a step.
   *
   * @param feeds the model's inputs and what the losses are compared with, for one batch
   */
  async train(feeds: Feeds, learningRate: number, signal?: AbortSignal): Promise<StepResult> {
    const { outputs, carried } = this.graph;
    const all = { ...feeds, ...this.scalars(learningRate) };
    const wanted = [outputs.loss, outputs.norm, ...outputs.terms];
    const results = await this.session.advance(all, wanted, carried, signal);
    this.steps += 1;
    return this.resultOf(results);
  }

  /** What a step would tell, and the gradient of all weights ([elements], in the order of `weights`), without one. */
  async gradient(feeds: Feeds, signal?: AbortSignal): Promise<StepResult & { readonly gradient: Float32Array }> {
    const { outputs } = this.graph;
    const wanted = [outputs.loss, outputs.norm, outputs.gradient, ...outputs.terms];
    const results = await this.session.advance({ ...feeds, ...this.scalars(0) }, wanted, {}, signal);
    return { ...this.resultOf(results), gradient: results[outputs.gradient]!.data as Float32Array };
  }

  /** The trained weights, and with batch norms in training mode their running averages, by initializer. */
  async tensors(which: WhichWeights = 'current', signal?: AbortSignal): Promise<Map<string, Tensor>> {
    if (which === 'average' && this.options.average === undefined) {
      throw new LatheError('INTERNAL', 'The trainer keeps no average of the weights.');
    }
    const vector = which === 'average' ? inputs.average : inputs.weights;
    const { statistics, weights } = this.graph;
    const names = statistics.length > 0 ? [vector, inputs.statistics] : [vector];
    const held = await this.session.held(names, signal);
    const tensors = new Map<string, Tensor>();
    const values = held[vector]!.data as Float32Array;
    for (const { name, dims, offset, size } of weights.parts) {
      tensors.set(name, Tensor.fromBytes(name, 'float32', dims, values.slice(offset, offset + size)));
    }
    let offset = 0;
    for (const { name, size } of statistics) {
      const running = (held[inputs.statistics]!.data as Float32Array).slice(offset, offset + size);
      tensors.set(name, Tensor.fromBytes(name, 'float32', [size], running));
      offset += size;
    }
    return tensors;
  }

  /** The model that was given, with the trained weights in place of its own. */
  async model(which: WhichWeights = 'current', signal?: AbortSignal): Promise<Model> {
    return writeWeights(this.options.model, await this.tensors(which, signal));
  }

  /** Changes which weights live. Those that die become zero; those that begin to live start from zero. */
  async setMasks(masks: ReadonlyMap<string, Uint8Array>, signal?: AbortSignal): Promise<void> {
    if (!this.options.masks) throw new LatheError('INTERNAL', 'The trainer was made without masks.');
    const mask = this.maskVector(masks);
    const names = this.stateNames.filter((name) => name !== inputs.mask && name !== inputs.statistics);
    const held = await this.session.held(names, signal);
    const values: Record<string, TensorValue> = { [inputs.mask]: vector(mask) };
    for (const name of names) values[name] = vector(masked(held[name]!.data as Float32Array, mask));
    await this.session.hold(values, signal);
  }

  /** Everything that `restore` needs. */
  async checkpoint(signal?: AbortSignal): Promise<TrainerState> {
    return { step: this.steps, tensors: await this.session.held(this.stateNames, signal) };
  }

  /** Goes on from a checkpoint of a trainer with the same options. */
  async restore({ step, tensors }: TrainerState, signal?: AbortSignal): Promise<void> {
    await this.session.hold(tensors, signal);
    this.steps = step;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async begin(parts: OptimizerParts, signal?: AbortSignal): Promise<void> {
    const { options, graph } = this;
    const flat = graph.weights;
    const mask = parts.mask ? this.maskVector(options.masks!) : undefined;
    const weights = mask ? masked(graph.initial.weights, mask) : graph.initial.weights;
    const values: Record<string, TensorValue> = {};
    for (const name of this.stateNames) values[name] = vector(new Float32Array(flat.size));
    values[inputs.weights] = vector(weights);
    if (options.average !== undefined) values[inputs.average] = vector(weights);
    if (graph.statistics.length > 0) values[inputs.statistics] = vector(graph.initial.statistics);
    if (mask) values[inputs.mask] = vector(mask);
    if (parts.rates) values[inputs.rates] = vector(this.rateVector());
    if (parts.decay) values[inputs.decay] = vector(this.decayVector());
    await this.session.hold(values, signal);
  }

  private maskVector(masks: ReadonlyMap<string, Uint8Array>): Float32Array {
    return this.graph.weights.vector(({ name, size }, elements) => {
      const mask = masks.get(name);
      if (!mask) elements.fill(1);
      else if (mask.length === size) elements.set(mask);
      else throw new LatheError('INTERNAL', `The mask of "${name}" has ${mask.length} elements, not ${size}.`);
    });
  }

  private rateVector(): Float32Array {
    return this.graph.weights.vector((part, elements) => {
      const rate = this.options.rates?.findLast(({ layers }) => isNamed(part, [layers]));
      elements.fill(rate?.factor ?? 1);
    });
  }

  private decayVector(): Float32Array {
    const { optimizer, noDecay = [] } = this.options;
    return this.graph.weights.vector((part, elements) => {
      const decays = part.dims.length > 1 && !isNamed(part, noDecay);
      elements.fill(decays ? optimizer.weightDecay! : 0);
    });
  }

  private scalars(learningRate: number): Feeds {
    const { optimizer, average } = this.options;
    const next = this.steps + 1;
    return {
      [inputs.learningRate]: tensorValue('float32', [], Float32Array.of(learningRate)),
      ...(optimizer.kind !== 'sgd' && {
        [inputs.epsilon]: tensorValue('float32', [2], biasCorrections(optimizer, next)),
      }),
      // Early on an average over the few steps made so far, so that the start is soon forgotten.
      ...(average !== undefined && {
        [inputs.averageDecay]: tensorValue('float32', [], Float32Array.of(Math.min(average, next / (next + 9)))),
      }),
    };
  }

  private resultOf(results: Readonly<Record<string, TensorValue>>): StepResult {
    const { loss, norm, terms } = this.graph.outputs;
    const number = (name: string): number => (results[name]!.data as Float32Array)[0]!;
    return { loss: number(loss), terms: terms.map(number), gradientNorm: number(norm) };
  }
}

function vector(values: Float32Array): TensorValue {
  return tensorValue('float32', [values.length], values);
}

function masked(values: Float32Array, mask: Float32Array): Float32Array {
  // No -0: what is pruned is told by its bits.
  return values.map((value, i) => (mask[i] ? value : 0));
}
