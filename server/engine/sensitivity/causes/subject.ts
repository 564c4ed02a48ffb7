/** What the causes of a layer's loss are read from: the layer, how it was quantized, and what went through it. */

import { Constants } from '../../model/constants.ts';
import { GraphIndex } from '../../model/graph-index.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import type { QuantizeSettings } from '../../passes/quantize/settings.ts';
import type { Calibration } from '../../passes/quantize/static/calibrate.ts';
import type { ComputeRole } from '../../passes/quantize/static/operators.ts';
import type { CalibrationMethod } from '../../passes/quantize/static/ranges.ts';
import type { Target } from '../../targets/target.ts';
import type { AffineParams } from '../../tensor/affine.ts';
import type { Histogram } from '../../tensor/histogram.ts';
import type { Finding } from '../findings.ts';

/** A value that was quantized for the layer. */
export interface QuantizedValue {
  readonly side: 'input' | 'output';
  readonly params: AffineParams;
  readonly histogram: Histogram;
  /** [channels], where it was observed by channel: the largest magnitude in each. */
  readonly channelRanges?: Float64Array;
}

export interface Subject {
  readonly finding: Finding;
  /** In the float network. */
  readonly node: Node;
  readonly role: ComputeRole;
  /** The weight's numbers, in its own order. */
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  /** [channels], or [1] with one scale for all. */
  readonly weightScales: Float32Array;
  readonly values: readonly QuantizedValue[];
  readonly place: 'first' | 'last' | 'inner';
  readonly settings: QuantizeSettings;
  readonly method: CalibrationMethod;
  readonly target: Target;
}

export interface SubjectOptions {
  readonly float: Model;
  /** The float network with only this layer quantized. */
  readonly alone: Model;
  readonly finding: Finding;
  readonly node: Node;
  readonly role: ComputeRole;
  readonly calibration: Calibration;
  readonly channelRanges: ReadonlyMap<string, Float64Array>;
  readonly settings: QuantizeSettings;
  readonly method: CalibrationMethod;
  readonly target: Target;
}

/** undefined where the layer is not found in its quantized form. */
export function subjectOf(options: SubjectOptions): Subject | undefined {
  const { float, alone, finding, node, role, calibration, channelRanges, settings, method, target } = options;
  const floats = Constants.of(float);
  const constants = Constants.of(alone);
  const index = new GraphIndex(alone.graph);
  const weight = floats.tensor(node.input(role.weight));
  const layer = alone.graph.nodes.find((one) => {
    const stored = one.is(node.opType) ? index.producer(one.input(role.weight) ?? '') : undefined;
    return stored?.is('DequantizeLinear') && constants.has(stored.inputs[0]);
  });
  if (!weight || !layer) return undefined;
  const stored = index.producer(layer.inputs[role.weight]!)!;
  const paramsOf = (quantize: Node | undefined): AffineParams | undefined => {
    if (!quantize?.is('QuantizeLinear')) return undefined;
    const zero = constants.tensor(quantize.input(2));
    const type = zero?.dtype ?? 'uint8';
    if (type !== 'uint8' && type !== 'int8' && type !== 'uint16' && type !== 'int16') return undefined;
    const scale = constants.tensor(quantize.input(1))!.toFloat32()[0]!;
    return { type, scale, zeroPoint: zero?.toNumbers()[0] ?? 0 };
  };
  const values: QuantizedValue[] = [];
  const add = (side: QuantizedValue['side'], name: string, params: AffineParams | undefined): void => {
    const histogram = calibration.histograms.get(name);
    const ranges = channelRanges.get(name);
    if (params && histogram) values.push({ side, params, histogram, ...(ranges && { channelRanges: ranges }) });
  };
  const before = index.producer(index.producer(layer.inputs[role.data]!)?.inputs[0] ?? '');
  add('input', node.inputs[role.data]!, paramsOf(before));
  const behind = index.uses(layer.outputs[0]!).map((use) => use.node).find((one) => one.is('QuantizeLinear'));
  const dequantized = behind && index.uses(behind.outputs[0]!)[0]?.node;
  if (dequantized) add('output', dequantized.outputs[0]!, paramsOf(behind));
  return {
    finding,
    node,
    role,
    weights: weight.toFloat32(),
    bias: role.bias === undefined ? undefined : floats.tensor(node.input(role.bias))?.toFloat32(),
    weightScales: constants.tensor(stored.input(1))!.toFloat32(),
    values,
    place: placeOf(float, node, role),
    settings,
    method,
    target,
  };
}

/** Layers between which and a caller nothing with weights stands. */
function placeOf({ graph }: Model, node: Node, role: ComputeRole): Subject['place'] {
  const index = new GraphIndex(graph);
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  if (inputs.has(node.inputs[role.data]!)) return 'first';
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const queue = [...node.outputs];
  const seen = new Set(queue);
  for (let value = queue.shift(); value !== undefined; value = queue.shift()) {
    if (outputs.has(value)) continue;
    for (const next of index.uses(value)) {
      if (next.node.is('Conv', 'Gemm', 'MatMul', 'ConvTranspose', 'LSTM', 'GRU')) return 'inner';
      for (const output of next.node.outputs) {
        if (!seen.has(output)) queue.push(output);
        seen.add(output);
      }
    }
  }
  return 'last';
}
