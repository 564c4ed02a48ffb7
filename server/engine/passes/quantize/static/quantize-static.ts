/** Static int8 quantization in QDQ form, from a calibrated float model. Pure: runs nothing, reads only weights. */

import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { GramResult } from '../../../runtime/observers/gram.ts';
import { affineParams, type AffineParams, type QuantizedType, type Range } from '../../../tensor/affine.ts';
import type { QuantizeSettings } from '../settings.ts';
import type { Candidate, CandidateLayer } from '../candidates.ts';
import { quantizeDynamic } from '../dynamic/quantize-dynamic.ts';
import type { WeightStore } from '../weight-store.ts';
import type { Rounding } from '../weights.ts';
import { inputMeansOf, type Calibration } from './calibrate.ts';
import type { Curve } from './curve.ts';
import { emitQdq } from './emit.ts';
import { roleOf, type ComputeRole } from './operators.ts';
import { gramKey } from './patches.ts';
import { planQuantization, type QuantizationPlan } from './plan.ts';
import { calibrateRange, type CalibrationMethod } from './ranges.ts';
import { Constants } from '../../../model/constants.ts';

export interface StaticInputs {
  /** Folded, of opset 13 or later (21 for 16-bit activations and 4-bit weights). */
  readonly prepared: Model;
  readonly calibration: Calibration;
  readonly settings: QuantizeSettings;
  /** The calibrator where the settings say `auto`. */
  readonly method: CalibrationMethod;
  readonly rounding: Rounding;
  /** By label of the layer: [channels] to add to its bias. */
  readonly biasShifts: ReadonlyMap<string, Float64Array>;
  /** By value of `prepared`: what it goes through before anything else sees it, where that is one function. */
  readonly curves: ReadonlyMap<string, Curve>;
  /** Codes of weights, shared between candidates of one search. */
  readonly weights: WeightStore;
}

/**
 * A quantized copy of `inputs.prepared`. Layers that have no integer kernel, or stand in subgraphs, only store their
 * weights as integers.
 */
export function quantizeStatic(inputs: StaticInputs): Candidate {
  const { prepared, calibration, settings } = inputs;
  const model = prepared.clone();
  const plan = planQuantization(model, (node) => settings.mode(node) === 'int8');
  const outputs = layerOutputs(plan);
  const floatLayers = new Map<Node, { readonly name: string; readonly weightBytes: number }>();
  const constants = Constants.of(model);
  // Labels, and the values that keys name, are those of the float model: pairs change both.
  const grams = new Map<Node, GramResult>();
  for (const [node, role] of plan.integer) {
    if (role.kind !== 'compute') continue;
    const { byteLength } = constants.tensor(node.input(role.weight))!;
    floatLayers.set(node, { name: node.label, weightBytes: byteLength });
    const gram = calibration.grams.get(gramKey(node, role));
    if (gram) grams.set(node, gram);
  }
  const storedGrams = new Map<string, GramResult>();
  for (const node of model.graph.nodes) {
    const role = plan.integer.has(node) ? undefined : roleOf(node, constants);
    const gram = role?.kind === 'compute' ? calibration.grams.get(gramKey(node, role)) : undefined;
    if (gram) storedGrams.set(node.label, gram);
  }
  const typeOf = activationTypes(model, plan, settings);
  const groups = new Map<QuantizedType, Map<string, AffineParams>>();
  const emitted = emitQdq(model, plan, {
    params: (group, type = settings.activationType) => {
      const ofType = groups.get(type) ?? groupParams(inputs, plan, type);
      groups.set(type, ofType);
      return ofType.get(group)!;
    },
    constantParams: (range, node) => affineParams(range, typeOf(node), settings.symmetric),
    typeOf,
    weights: (node, role) => ({
      type: settings.weightType(node),
      perChannel: settings.perChannel(node),
      pairSafe: settings.limitPairs && role.pairwise && !typeOf(node).endsWith('16'),
      search: true,
      rounding: inputs.rounding,
    }),
    inputMeans: inputMeansOf(calibration, model),
    gram: (node) => grams.get(node),
    biasShift: (node) => inputs.biasShifts.get(floatLayers.get(node)!.name),
    store: inputs.weights,
  });
  const layers = emitted.map(({ node, role, weightSqnrDb }): CandidateLayer => ({
    ...floatLayers.get(node)!,
    ...(hasBias(node, role) && { sums: node.outputs[0]! }),
    opType: node.opType,
    mode: 'int8',
    action: settings.weightType(node) === 'int4' ? 'int4' : 'int8',
    weightSqnrDb,
    output: outputs.get(node)!,
  }));
  const rest = quantizeDynamic(model, settings, 'stored', (label) => {
    const gram = storedGrams.get(label);
    return gram && { gram, store: inputs.weights };
  });
  return { model: rest.model, layers: inModelOrder([...layers, ...rest.layers], prepared) };
}

/**
 * Types of the integer layers' activations: as rules say, the usual one for other layers with weights, and for those
 * between them the widest of what they read, so that values stay wide from one wide layer to the next.
 */
function activationTypes(
  model: Model,
  plan: QuantizationPlan,
  settings: QuantizeSettings,
): (node: Node) => QuantizedType {
  const types = new Map<Node, QuantizedType>();
  const made = new Map<string, QuantizedType>();
  const isWide = (type: QuantizedType | undefined): boolean => type?.endsWith('16') === true;
  for (const node of model.graph.nodes) {
    const role = plan.integer.get(node) ?? plan.absorbed.get(node)?.role;
    if (!role) continue;
    const read = role.kind === 'compute' ? [] : node.inputs.flatMap((name) => made.get(name) ?? []);
    const type = settings.ownActivationType(node) ?? read.find(isWide) ?? read[0] ?? settings.activationType;
    types.set(node, type);
    for (const output of node.outputs) made.set(output, type);
  }
  return (node) => types.get(node) ?? settings.activationType;
}

/** Whether the layer adds a bias by itself, so that corrections can go there. */
function hasBias(node: Node, role: ComputeRole): boolean {
  return node.input(role.bias ?? 2) !== undefined;
}

/** The value behind each integer layer that carries a pair: that of the clamp behind it, where it was absorbed. */
export function layerOutputs(plan: QuantizationPlan): Map<Node, string> {
  const outputs = new Map<Node, string>();
  for (const node of plan.integer.keys()) outputs.set(node, node.outputs[0]!);
  for (const [clamp, { producer }] of plan.absorbed) outputs.set(producer, clamp.outputs[0]!);
  return outputs;
}

/** `layers` in the order in which `model` has them. */
export function inModelOrder(layers: readonly CandidateLayer[], model: Model): CandidateLayer[] {
  const places = new Map<string, number>();
  for (const { node } of model.graph.walk()) places.set(node.label, places.size);
  return [...layers].sort((a, b) => (places.get(a.name) ?? 0) - (places.get(b.name) ?? 0));
}

/** Scale and zero point of every group: the union of what its members need. */
export function groupParams(
  inputs: StaticInputs,
  plan: QuantizationPlan,
  type = inputs.settings.activationType,
): Map<string, AffineParams> {
  const { settings } = inputs;
  const producers = new Map<string, Node>();
  for (const node of plan.integer.keys()) for (const output of node.outputs) producers.set(output, node);
  for (const [clamp, { producer }] of plan.absorbed) producers.set(clamp.outputs[0]!, producer);

  const { curves } = inputs;
  const ranges = new Map<string, Range>();
  for (const [value, group] of plan.groupOf) {
    const range = plan.fixedRanges.get(value)
      ?? rangeOf(value, producers.get(value), inputs, type, curves.get(value));
    const known = ranges.get(group);
    ranges.set(group, known ? { min: Math.min(known.min, range.min), max: Math.max(known.max, range.max) } : range);
  }
  const params = new Map<string, AffineParams>();
  for (const [group, range] of ranges) {
    params.set(group, affineParams(range, type, settings.symmetric));
  }
  return params;
}

function rangeOf(
  value: string,
  producer: Node | undefined,
  inputs: StaticInputs,
  type: QuantizedType,
  curve: Curve | undefined,
): Range {
  const { calibration, settings } = inputs;
  const asked = settings.calibration(producer);
  return calibrateRange(calibration.histograms.get(value)!, {
    method: asked === 'auto' ? inputs.method : asked,
    type,
    symmetric: settings.symmetric,
    percentile: settings.percentile,
    curve,
  });
}
