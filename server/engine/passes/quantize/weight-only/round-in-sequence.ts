/**
 * Rounds layer after layer, each by what the layers rounded before it make of the data: its weights are first fitted to
 * give what the float network has there, shortcuts included, and then rounded by GPTQ. Errors do not pile up that way.
 * (GPTQ rounds in this order; fitting to the float outputs is asymmetric calibration as in GPTAQ, Li et al. 2025.)
 */

import { CarriedState } from '../../../data/carry.ts';
import type { Dataset } from '../../../data/dataset.ts';
import { throwIfCancelled } from '../../../errors.ts';
import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import { inferShapes } from '../../../model/shapes/infer.ts';
import { maxVector } from '../../../runtime/observers/kernels/kernels.ts';
import type { RegressionResult, RegressionSpec } from '../../../runtime/observers/regression.ts';
import type { Session } from '../../../runtime/runtime.ts';
import { withOutputs } from '../../observe.ts';
import type { PassContext } from '../../pass.ts';
import { dequantize, type BlockGrid } from './block-weights.ts';
import { addFits, layerFit, type LayerFit } from './layer-fit.ts';
import { targetOf, type LayerTarget } from './layer-target.ts';
import { inputKey, patchOf } from './observe-moments.ts';
import { roundFitted } from './round-fitted.ts';
import type { RoundedLayer } from './round-layer.ts';
import { matrixOf, tensorOf, type WeightLayer } from './weight-layers.ts';

/** Vectors for each unknown of a layer, and in all. */
const vectorsPerInput = 16;
const fewestVectors = 4096;
const mostVectors = 16384;
/** Fewest outputs that must fit beside the inputs in one vector. */
const fewestChannels = 16;

interface GriddedLayer {
  readonly layer: WeightLayer;
  readonly grid: BlockGrid;
}

interface PlannedLayer extends GriddedLayer {
  readonly target: LayerTarget;
}

export type Stages = readonly (readonly PlannedLayer[])[];

/** By layer label: weights as rounded, and how. */
export type SequenceResult = ReadonlyMap<string, RoundedLayer>;

/** Layers in the order of the graph, by what they read: those of a stage are rounded at once. */
export function planStages(model: Model, layers: readonly GriddedLayer[]): Stages {
  const constants = Constants.of(model);
  const index = new GraphIndex(model.graph);
  const types = inferShapes(model);
  const stages = new Map<string, PlannedLayer[]>();
  for (const { grid, layer } of layers) {
    const key = inputKey(layer, constants);
    const target = targetOf(layer, index, constants, types);
    if (key === undefined || !target || maxVector - 1 - layer.columns < Math.min(fewestChannels, layer.rows)) continue;
    const stage = stages.get(key) ?? [];
    stages.set(key, stage);
    stage.push({ layer, grid, target });
  }
  return [...stages.values()];
}

export async function roundInSequence(
  model: Model,
  stages: Stages,
  data: Dataset,
  context: PassContext,
): Promise<SequenceResult> {
  const runtime = await context.runtime();
  const { threads, signal } = context;
  const done = new Map<string, RoundedLayer>();
  const working = model.clone();
  const targets = stages.flat().map(({ target }) => target.value);
  const reference = await runtime.load(withOutputs(model, targets), { threads }, signal);
  try {
    for (const [i, stage] of stages.entries()) {
      context.progress('Rounding layer after layer', i, stages.length);
      const fits = await observeStage(reference, working, stage, data, context);
      const editor = new GraphEditor(working);
      for (const [at, { layer, grid }] of stage.entries()) {
        const [fitted, heldOut] = fits[at]!;
        if (!fitted || !heldOut) continue;
        const all = fitted === heldOut ? fitted : addFits(fitted, heldOut);
        const rounded = roundFitted(matrixOf(layer), grid, { fitted, heldOut, all });
        done.set(layer.node.label, rounded);
        const node = working.graph.nodes.find((other) => other.label === layer.node.label)!;
        const name = editor.addInitializer(tensorOf(layer, dequantize(rounded.weights)));
        editor.setInput({ node, index: layer.input }, name);
      }
      editor.finish();
    }
  } finally {
    await reference.release();
  }
  return done;
}

type Halves = readonly [LayerFit | undefined, LayerFit | undefined];

/** For each layer of the stage, what two halves of the data show; the same twice where there is only one sample. */
async function observeStage(
  reference: Session,
  working: Model,
  stage: readonly PlannedLayer[],
  data: Dataset,
  context: PassContext,
): Promise<Halves[]> {
  const runtime = await context.runtime();
  const { threads, signal } = context;
  const specs = stage.map((planned) => specsOf(planned, data.size, working, context.seed));
  const flat = specs.flat();
  const inner = flat.flatMap(({ tap, less }) => [tap, ...(less === undefined ? [] : [less])]);
  const names = inner.map((tap) => (typeof tap === 'string' ? tap : tap.value));
  const session = await runtime.load(withOutputs(working, names), { threads }, signal);
  try {
    const middle = Math.ceil(data.size / 2);
    const halves: RegressionResult[][] = [];
    for (const [start, end] of [[0, middle], [middle, data.size]] as const) {
      if (start === end) continue;
      halves.push(await observeRange([session, reference], flat, data, [start, end], context));
    }
    let at = 0;
    return specs.map((own, i) => {
      const { bias } = stage[i]!.target;
      const [first, second = first] = halves.map((results) => {
        const mine = results.slice(at, at + own.length);
        return mine.every(({ count }) => count > 0) ? layerFit(mine, bias) : undefined;
      });
      at += own.length;
      return [first, second];
    });
  } finally {
    await session.release();
  }
}

async function observeRange(
  sessions: readonly [Session, Session],
  specs: readonly RegressionSpec[],
  data: Dataset,
  [start, end]: readonly [number, number],
  context: PassContext,
): Promise<RegressionResult[]> {
  const { signal } = context;
  const observation = await (await context.runtime()).observe(sessions, specs, signal);
  const state = new CarriedState(data);
  const carried = Object.values(data.carry ?? {});
  for await (const sample of data.samples({ start, end, ...(signal && { signal }) })) {
    throwIfCancelled(signal);
    const feeds = state.feedsFor(sample);
    await observation.observe(feeds, signal);
    if (state.active) state.keep(await sessions[1].run(feeds, carried, signal));
  }
  const results = await observation.collect();
  await observation.close();
  return results.filter((result) => result.kind === 'regression');
}

/** Outputs are observed in groups: inputs and outputs together must fit one vector. */
function specsOf(
  { layer, target: { value, less } }: PlannedLayer,
  samples: number,
  model: Model,
  seed: number,
): RegressionSpec[] {
  const { node, columns, rows } = layer;
  const patch = patchOf(layer, Constants.of(model));
  const vectors = Math.min(mostVectors, Math.max(fewestVectors, vectorsPerInput * columns));
  const groups: RegressionSpec[] = [];
  const atOnce = maxVector - 1 - columns;
  for (let first = 0; first < rows; first += atOnce) {
    groups.push({
      kind: 'regression',
      tap: { session: 0, value: node.input(layer.input === 1 ? 0 : 1)! },
      target: { session: 1, value },
      ...(less !== undefined && { less: { session: 0, value: less } }),
      channels: Array.from({ length: Math.min(atOnce, rows - first) }, (_, i) => first + i),
      positions: Math.max(1, Math.ceil(vectors / samples)),
      seed,
      ...(patch && { patch }),
    });
  }
  return groups;
}
