/** Assembles the one graph that a training step runs: forward, loss, gradients and the optimiser's step. */

import { LatheError } from '../errors.ts';
import { attr } from '../model/attribute.ts';
import { removeDead } from '../model/dead-code.ts';
import type { Model } from '../model/model.ts';
import { FlatWeights } from './flat-weights.ts';
import { GraphBuilder } from './gradients/graph-builder.ts';
import { Tape } from './gradients/tape.ts';
import type { LossTerm } from './losses/loss.ts';
import { emitStep, inputs, type OptimizerParts } from './optimizers.ts';
import { findBlocked, findWeights, isNamed, type Weight } from './trainable-weights.ts';
import type { BlockedOperator, TrainerOptions } from './trainer-options.ts';
import { trainingModel } from './training-model.ts';

/** A running average that follows a value of the batch. */
export interface Statistic {
  readonly name: string;
  readonly size: number;
}

export interface TrainingGraph {
  readonly model: Model;
  readonly weights: FlatWeights;
  /** Running averages of batch norms, in the order of their vector. */
  readonly statistics: readonly Statistic[];
  readonly blocked: readonly BlockedOperator[];
  /** Names of outputs. */
  readonly outputs: {
    readonly loss: string;
    readonly terms: readonly string[];
    readonly gradient: string;
    readonly norm: string;
  };
  /** By output: the state input that it becomes. */
  readonly carried: Readonly<Record<string, string>>;
  /** The starting values of weights and running averages. */
  readonly initial: { readonly weights: Float32Array; readonly statistics: Float32Array };
}

/**
 * @param block see `blockedChannels`
 * @throws LatheError `UNSUPPORTED` when nothing can be trained: the message names the operators in the way;
 *   `USAGE` when the patterns leave nothing
 */
export function buildTrainingGraph(options: TrainerOptions, parts: OptimizerParts, block = 1): TrainingGraph {
  const source = trainingModel(options);
  const { weights, blocked } = chooseWeights(source, options);
  const variables = weights.map(({ name }) => name);
  const initializers = new Map(source.graph.initializers);

  const graph = new GraphBuilder(source, { batchNorm: options.batchNorm ?? 'training', block });
  const tape = new Tape(graph, variables);
  source.graph.outputs = [];
  tape.record(source.graph.nodes.splice(0));
  const loss = emitLoss(graph, options.losses);
  const gradients = tape.backward(loss.seeds, variables);
  const flat = new FlatWeights(weights.filter(({ name }) => gradients.has(name)));
  if (flat.size === 0) throw new LatheError('UNSUPPORTED', 'The loss does not depend on any weight that may learn.');

  const gradient = graph.concat(flat.parts.map(({ name, size }) => graph.reshape(gradients.get(name)!, [size])), 0);
  splitWeights(graph, flat);
  const step = emitStep(graph, options.optimizer, gradient, parts);
  const carried = new Map(step.carried);
  if (options.average !== undefined) emitAverage(graph, carried, flat.size);
  const statistics = emitStatistics(graph, carried, options.batchNormMomentum ?? 0.9);
  for (const name of [loss.total, ...loss.terms, gradient, step.norm, ...carried.keys()]) graph.output(name);
  removeDead(source.graph, source.irVersion);

  return {
    model: source,
    weights: flat,
    statistics,
    blocked,
    outputs: { loss: loss.total, terms: loss.terms, gradient, norm: step.norm },
    carried: Object.fromEntries(carried),
    initial: {
      weights: flat.initial(initializers),
      statistics: Float32Array.from(statistics.flatMap(({ name }) => [...initializers.get(name)!.toFloat32()])),
    },
  };
}

function chooseWeights(model: Model, options: TrainerOptions): { weights: Weight[]; blocked: BlockedOperator[] } {
  const { trainable, frozen = [] } = options;
  const all = findWeights(model.graph);
  const chosen = all.filter((weight) => (!trainable || isNamed(weight, trainable)) && !isNamed(weight, frozen));
  if (chosen.length === 0) {
    const patterns = [...(trainable ?? []), ...frozen].map((pattern) => `"${pattern}"`).join(', ');
    throw new LatheError('USAGE', 'No weight may learn.', {
      fix: all.length === 0 ? 'The model has no float32 weights.' : `Change the patterns ${patterns}.`,
    });
  }
  const values = options.losses.flatMap(({ loss }) => loss.values);
  const made = new Set(model.graph.nodes.flatMap((node) => node.outputs));
  const missing = values.find((name) => !made.has(name));
  if (missing !== undefined) {
    throw new LatheError('USAGE', `No node of the model makes "${missing}", so no loss can be measured there.`, {
      fix: `Its outputs are ${model.graph.outputs.map(({ name }) => `"${name}"`).join(', ')}.`,
      at: { value: missing },
    });
  }
  const blocked = findBlocked(model.graph, chosen.map(({ name }) => name), values);
  const stopped = new Set(blocked.flatMap(({ weights }) => weights));
  const weights = chosen.filter(({ name }) => !stopped.has(name));
  if (weights.length > 0) return { weights, blocked };
  const operators = [...new Set(blocked.map(({ opType }) => opType))].join(', ');
  throw new LatheError('UNSUPPORTED', `Nothing can be trained: there is no gradient for ${operators}.`, {
    detail: blocked.map(({ node, opType }) => `${opType} "${node}"`).join('; '),
    ...(blocked[0] && { at: { node: blocked[0].node } }),
  });
}

interface TotalLoss {
  readonly total: string;
  readonly terms: readonly string[];
  readonly seeds: readonly (readonly [value: string, gradient: string])[];
}

function emitLoss(graph: GraphBuilder, terms: readonly LossTerm[]): TotalLoss {
  const emitted = terms.map(({ loss, weight = 1 }) => ({ ...loss.emit(graph), weight }));
  const weighted = emitted.map(({ loss, weight }) => graph.mul(loss, weight));
  return {
    total: weighted.length === 1 ? weighted[0]! : graph.emit('Sum', weighted),
    terms: emitted.map(({ loss }) => loss),
    seeds: emitted.flatMap(({ seeds, weight }) =>
      [...seeds].map(([value, gradient]) => [value, graph.mul(gradient, weight)] as const)),
  };
}

/** At the graph's start, the weights' names become views of the one vector. */
function splitWeights(graph: GraphBuilder, flat: FlatWeights): void {
  graph.release(flat.parts.map(({ name }) => name));
  graph.input(inputs.weights, 'float32', [flat.size]);
  const nodes = graph.emitted(() => {
    const sizes = graph.ints(flat.parts.map(({ size }) => size));
    const pieces = flat.parts.length === 1
      ? [inputs.weights]
      : graph.emitAll('Split', [inputs.weights, sizes], flat.parts.length, { axis: attr.int(0) });
    flat.parts.forEach(({ name, dims }, i) =>
      graph.put({ opType: 'Reshape', inputs: [pieces[i]!, graph.ints(dims)], outputs: [name] }));
  });
  graph.model.graph.nodes.unshift(...nodes);
}

/** Exponential moving average of the weights after the step (Polyak and Juditsky 1992). */
function emitAverage(graph: GraphBuilder, carried: Map<string, string>, size: number): void {
  const next = [...carried].find(([, input]) => input === inputs.weights)![0];
  const average = graph.input(inputs.average, 'float32', [size]);
  const decay = graph.input(inputs.averageDecay, 'float32', []);
  carried.set(graph.add(next, graph.mul(graph.sub(average, next), decay)), inputs.average);
}

/** The running averages of batch norms, in one vector as well. */
function emitStatistics(graph: GraphBuilder, carried: Map<string, string>, momentum: number): Statistic[] {
  if (graph.tracked.length === 0) return [];
  const batch = graph.concat(graph.tracked.map(({ batch }) => batch), 0);
  const running = graph.input(inputs.statistics, 'float32', graph.dims(batch));
  const next = graph.add(graph.mul(running, momentum), graph.mul(batch, 1 - momentum));
  carried.set(next, inputs.statistics);
  return graph.tracked.map(({ running, batch }) => ({ name: running, size: graph.dims(batch)[0]! }));
}
