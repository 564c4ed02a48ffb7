/** The step that an optimiser makes, as nodes over the one vector of all weights. */

import { attr } from '../model/attribute.ts';
import type { GraphBuilder } from './gradients/graph-builder.ts';
import type { Optimizer } from './optimizer.ts';

/** Names of the inputs that optimisers read. */
export const inputs = {
  weights: 'lathe.weights',
  learningRate: 'lathe.learning_rate',
  momentum: 'lathe.momentum',
  moment1: 'lathe.moment1',
  moment2: 'lathe.moment2',
  epsilon: 'lathe.epsilon',
  mask: 'lathe.mask',
  rates: 'lathe.rates',
  decay: 'lathe.decay',
  average: 'lathe.average',
  averageDecay: 'lathe.average_decay',
  statistics: 'lathe.statistics',
} as const;

export interface OptimizerParts {
  /** Optional vectors as long as the weights' that the step takes into account. */
  readonly mask: boolean;
  readonly rates: boolean;
  readonly decay: boolean;
}

export interface EmittedStep {
  /** Length of the gradient. */
  readonly norm: string;
  /** What each state input becomes: by output. */
  readonly carried: ReadonlyMap<string, string>;
}

/** @param gradient [elements] of all weights, in their order */
export function emitStep(
  graph: GraphBuilder,
  optimizer: Optimizer,
  gradient: string,
  parts: OptimizerParts,
): EmittedStep {
  const size = graph.dims(gradient);
  const vector = (name: string): string => graph.input(name, 'float32', size);
  const weights = inputs.weights;
  let g = parts.mask ? graph.mul(gradient, vector(inputs.mask)) : gradient;
  const norm = graph.emit('Sqrt', [graph.emit('ReduceSumSquare', [g], { keepdims: attr.int(0) })]);
  if (optimizer.clipNorm !== undefined) {
    const scale = graph.emit('Div', [graph.like(norm, optimizer.clipNorm), graph.add(norm, 1e-6)]);
    g = graph.mul(g, graph.emit('Min', [scale, graph.like(norm, 1)]));
  }
  const decay = parts.decay ? graph.mul(weights, vector(inputs.decay)) : undefined;
  if (decay !== undefined && optimizer.kind !== 'adamw') g = graph.add(g, decay);
  const rate = graph.input(inputs.learningRate, 'float32', []);
  const scaled = (step: string): string => {
    const decayed = decay !== undefined && optimizer.kind === 'adamw' ? graph.add(step, decay) : step;
    return graph.mul(parts.rates ? graph.mul(decayed, vector(inputs.rates)) : decayed, rate);
  };
  const carried = new Map<string, string>();
  const direction = optimizer.kind === 'sgd'
    ? sgd(graph, optimizer, g, vector, carried)
    : adam(graph, optimizer, g, vector, carried);
  carried.set(graph.sub(weights, scaled(direction)), weights);
  return { norm, carried };
}

function sgd(
  graph: GraphBuilder,
  { momentum = 0.9, nesterov = false }: Extract<Optimizer, { kind: 'sgd' }>,
  gradient: string,
  vector: (name: string) => string,
  carried: Map<string, string>,
): string {
  if (momentum === 0) return gradient;
  const next = graph.add(graph.mul(vector(inputs.momentum), momentum), gradient);
  carried.set(next, inputs.momentum);
  return nesterov ? graph.add(gradient, graph.mul(next, momentum)) : next;
}

/**
 * The moments are kept divided by 1 - β, which saves two passes over all weights: M = m / (1 - β₁) becomes β₁M + g, and
 * V = v / (1 - β₂) becomes β₂V + g². Then m̂ / (√v̂ + ε) is a · M / (√V + e), with two numbers that are fed with each
 * step (`biasCorrections`).
 */
function adam(
  graph: GraphBuilder,
  { beta1 = 0.9, beta2 = 0.999 }: Extract<Optimizer, { kind: 'adam' | 'adamw' }>,
  gradient: string,
  vector: (name: string) => string,
  carried: Map<string, string>,
): string {
  const first = graph.add(graph.mul(vector(inputs.moment1), beta1), gradient);
  const second = graph.add(graph.mul(vector(inputs.moment2), beta2), graph.mul(gradient, gradient));
  carried.set(first, inputs.moment1);
  carried.set(second, inputs.moment2);
  const corrections = graph.input(inputs.epsilon, 'float32', [2]);
  const [scale, epsilon] = graph.emitAll('Split', [corrections], 2, { axis: attr.int(0), num_outputs: attr.int(2) });
  const ratio = graph.div(first, graph.add(graph.emit('Sqrt', [second]), epsilon!));
  return graph.mul(ratio, scale!);
}

/** [2] what Adam is fed with its step number `step`, from 1: a and e of `adam`. */
export function biasCorrections(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: Extract<Optimizer, { kind: 'adam' | 'adamw' }>,
  step: number,
): Float32Array {
  // √v̂ = √V / root
  const root = Math.sqrt((1 - beta2 ** step) / (1 - beta2));
  return Float32Array.of(((1 - beta1) / (1 - beta1 ** step)) * root, epsilon * root);
}
