/** Where the time of a model goes: its nodes as onnxruntime runs them, and the graph that it made of the model. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeTime, ProfiledNode } from '../../../protocol/results/benchmark.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { parseProfile } from './profile-events.ts';
import type { Runtime, SessionOptions } from './runtime.ts';

export interface NodeProfile {
  /** In order of execution. */
  readonly nodes: readonly NodeTime[];
  /** Microseconds of all nodes in one run; profiling itself costs some of it. */
  readonly totalUs: number;
  /** The graph after onnxruntime's rewriting: for its structure, its tensors are gone. */
  readonly optimized: Model;
}

/** Runs that do not count: the first ones allocate memory. */
const warmUpRuns = 2;

/**
 * Runs `model` on `feeds` and times each node.
 *
 * @param runs how many runs to take the median of
 */
export async function profileNodes(
  runtime: Runtime,
  model: Model,
  feeds: Feeds,
  runs: number,
  options: SessionOptions = {},
  signal?: AbortSignal,
): Promise<NodeProfile> {
  const folder = await mkdtemp(join(tmpdir(), 'lathe-'));
  const optimizedModelPath = join(folder, 'optimized.onnx');
  const named = withNames(model);
  try {
    const session = await runtime.load(named, { ...options, profile: true, optimizedModelPath }, signal);
    try {
      await session.prepareTiming(feeds, signal);
      await session.time(runs + warmUpRuns, signal);
      const nodes = parseProfile(await session.endProfile(signal), warmUpRuns);
      const totalUs = nodes.reduce((sum, node) => sum + node.medianUs, 0);
      const origins = new Origins(named);
      const timed = nodes.map((node) => ({ ...node, share: node.medianUs / totalUs, origin: origins.of(node) }));
      return { nodes: timed, totalUs, optimized: readModel(optimizedModelPath) };
    } finally {
      await session.release();
    }
  } finally {
    // On Windows the file just read cannot be removed while it is open; what stays is the system's to clean up.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Nodes need names: those that onnxruntime makes of them begin with theirs. */
function withNames(model: Model): Model {
  const named = model.clone();
  const taken = new Set([...named.graph.walk()].map(({ node }) => node.name));
  for (const { node } of named.graph.walk()) {
    if (node.name || !node.outputs[0] || taken.has(node.label)) continue;
    node.name = node.label;
    taken.add(node.name);
  }
  return named;
}

/**
 * Finds the node that a rewritten node was made from by its name: onnxruntime appends to the name of a node (or of its
 * output, for convolutions in blocked layout) what it did.
 */
class Origins {
  private readonly makers = new Map<string, Node>();
  private readonly nodes = new Map<string, Node>();

  constructor(model: Model) {
    for (const { node } of model.graph.walk()) {
      for (const output of node.outputs) if (output) this.makers.set(output, node);
      if (node.name) this.nodes.set(node.name, node);
    }
  }

  of({ name, opType }: ProfiledNode): string | undefined {
    const base = name.replace(/_nchwc$/, '').replace(/_token_\d+$/, '').replace(/_nchwc$/, '');
    // Fusions add "/NameOfTheFusion/" to the name of one of the fused nodes.
    const candidates = [name, base, base.replace(/\/\w+Fusion\/?$/, '')];
    for (const candidate of candidates) {
      const node = this.nodes.get(candidate) ?? this.makers.get(candidate);
      if (node) return this.core(node, opType).label;
    }
    return undefined;
  }

  /** The node that gave a fused one its operator: the Conv of Conv, Add and Relu, named for the last of them. */
  private core(last: Node, opType: string): Node {
    const wanted = opType.replace(/^(?:QLinear|Fused)/, '');
    let layer = [last];
    for (let depth = 0; depth < fusedDepth; depth++) {
      const found = layer.find((node) => node.opType === wanted);
      if (found) return found;
      layer = layer.flatMap((node) => node.inputs.flatMap((input) => this.makers.get(input) ?? []));
    }
    return last;
  }
}

/** Most nodes in a row that onnxruntime makes one of: Conv, Add, Relu, QuantizeLinear. */
const fusedDepth = 4;

/** How many nodes of each operator a model has, subgraphs included; names of other domains as `domain::name`. */
export function countOperators(model: Model): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of model.graph.walk()) {
    const name = node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}::${node.opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
