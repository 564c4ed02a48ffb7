/** Candidates of one weight-only quantization: the same rounded weights, in different layers and forms. */

import { createHash } from 'node:crypto';
import { bytesOf } from '../../../tensor/codec.ts';
import { decibels } from '../../../tensor/affine.ts';
import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Graph } from '../../../model/graph.ts';
import type { Model } from '../../../model/model.ts';
import type { Target } from '../../../targets/target.ts';
import type { Candidate, CandidateLayer, CandidateMaker, KeptLayers } from '../candidates.ts';
import type { QuantizeOptions } from '../options.ts';
import { dequantize, type BlockGrid, type WeightMatrix } from './block-weights.ts';
import { emitLayer, type LayerForm } from './emit-layer.ts';
import { inputKey, type InputMoments, type MomentsByInput } from './observe-moments.ts';
import type { SequenceResult } from './round-in-sequence.ts';
import { roundLayer, type RoundedLayer } from './round-layer.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { findWeightLayers, matrixOf, type WeightLayer } from './weight-layers.ts';
import { weightOnlySettings, type WeightOnlySettings } from './weight-only-settings.ts';

interface Rounded extends RoundedLayer {
  readonly sqnrDb: number;
}

/** What was learnt from data before weights are rounded. */
export interface Observed {
  readonly moments: MomentsByInput;
  /** Layers that are rounded already. */
  readonly sequence: SequenceResult;
}

export class WeightOnlyCandidates implements CandidateMaker {
  readonly prepared: Model;
  /** How products and tables are stored, where the settings leave it open. */
  form: LayerForm = 'packed';
  private readonly options: QuantizeOptions;
  private readonly target: Target;
  private readonly observed: Observed;
  private readonly rounded = new Map<string, Rounded>();
  /** Moments by the content of a weight: tied weights are rounded once, as the layer that was observed needs. */
  private readonly momentsOfContent = new Map<string, InputMoments>();

  /** @param prepared of opset 13 or later */
  constructor(prepared: Model, options: QuantizeOptions, target: Target, observed: Observed) {
    this.prepared = prepared;
    this.options = options;
    this.target = target;
    this.observed = observed;
  }

  make(kept: KeptLayers = new Map()): Candidate {
    const model = this.prepared.clone();
    const settings = weightOnlySettings(this.options, this.target, kept);
    const layers: CandidateLayer[] = [];
    this.quantizeGraph(model, model.graph, settings, layers);
    return { model, layers };
  }

  private quantizeGraph(
    model: Model,
    graph: Graph,
    settings: WeightOnlySettings,
    done: CandidateLayer[],
    outer?: Constants,
  ): void {
    const constants = new Constants(graph, model.irVersion, outer);
    for (const node of graph.nodes) {
      for (const inner of node.subgraphs()) this.quantizeGraph(model, inner, settings, done, constants);
    }
    const layers = findWeightLayers(graph, constants);
    if (layers.length === 0) return;
    if (!outer) for (const layer of layers) this.noteMoments(layer, constants);
    const editor = new GraphEditor(model, graph);
    const { quantizesInputs } = settings;
    const context = { editor, stored: new StoredBlocks(editor), quantizesInputs };
    for (const layer of layers) {
      const { node, weight } = layer;
      const { bits, reason } = settings.of(layer);
      const common = {
        name: node.label,
        opType: node.opType,
        weightBytes: weight.byteLength,
        ...(reason !== undefined && { reason }),
      };
      if (bits === 'float') {
        done.push({ ...common, mode: 'float', action: 'float' });
        continue;
      }
      const { weights, name, sqnrDb } = this.round(layer, settings.grid(layer, bits));
      const output = node.outputs[0] ?? '';
      emitLayer(layer, weights, this.form, context);
      done.push({
        ...common,
        mode: bits < 8 ? 'int8' : 'weights',
        action: `int${bits} weights`,
        weightSqnrDb: sqnrDb,
        output,
        reason: reason ?? `rounded by ${name}`,
      });
    }
    editor.finish();
  }

  private noteMoments(layer: WeightLayer, constants: Constants): void {
    const key = inputKey(layer, constants);
    const moments = key === undefined ? undefined : this.observed.moments.get(key);
    if (moments) this.momentsOfContent.set(contentKey(layer), moments);
  }

  /** Rounded once for the same numbers and grid: candidates of one search, and tied weights, share the result. */
  private round(layer: WeightLayer, grid: BlockGrid): Rounded {
    const before = this.observed.sequence.get(layer.node.label);
    if (before?.weights.grid.bits === grid.bits) {
      return { ...before, sqnrDb: sqnrOf(matrixOf(layer), dequantize(before.weights)) };
    }
    const content = contentKey(layer);
    const key = [content, grid.bits, grid.blockSize, grid.zeroPoints].join();
    let rounded = this.rounded.get(key);
    if (!rounded) {
      const matrix = matrixOf(layer);
      const result = roundLayer(matrix, grid, this.options.method, this.momentsOfContent.get(content));
      rounded = { ...result, sqnrDb: sqnrOf(matrix, dequantize(result.weights)) };
      this.rounded.set(key, rounded);
    }
    return rounded;
  }
}

/** Names the matrix of a layer by its numbers: a table and the head that is its transpose are the same. */
function contentKey(layer: WeightLayer): string {
  let key = contentKeys.get(layer.weight)?.get(layer.order);
  if (key === undefined) {
    const { rows, columns, values } = matrixOf(layer);
    key = `${rows}x${columns}:${createHash('sha1').update(bytesOf(values)).digest('base64')}`;
    const byOrder = contentKeys.get(layer.weight) ?? new Map<string, string>();
    contentKeys.set(layer.weight, byOrder.set(layer.order, key));
  }
  return key;
}

const contentKeys = new WeakMap<WeightLayer['weight'], Map<string, string>>();

function sqnrOf({ values }: WeightMatrix, rounded: Float32Array): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < values.length; i++) {
    signal += values[i]! ** 2;
    noise += (values[i]! - rounded[i]!) ** 2;
  }
  return decibels(signal, noise);
}

