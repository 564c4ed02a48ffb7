/** Static int8 quantization in QDQ form, from a calibrated float model. Pure: runs nothing, reads only weights. */

import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { affineParams, type AffineParams, type Range } from '../../../tensor/affine.ts';
import type { QuantizeSettings } from '../settings.ts';
import type { WeightStore } from '../weight-store.ts';
import { inputMeansOf, type Calibration } from './calibrate.ts';
import { emitQdq } from './emit.ts';
import { roleOf } from './operators.ts';
import { gramKey } from './patches.ts';
import { planQuantization, type QuantizationPlan } from './plan.ts';
import { calibrateRange, type CalibrationMethod } from './ranges.ts';
import { Constants } from '../../../model/constants.ts';

export interface StaticLayer {
  readonly name: string;
  readonly opType: string;
  readonly integer: boolean;
  /** SQNR of the weights alone, in dB, for integer layers. */
  readonly weightSqnrDb?: number;
  /** Bytes of the float weights. */
  readonly weightBytes: number;
  /** The value whose error tells how well the layer was quantized. */
  readonly output: string;
  readonly reason?: string;
}

export interface StaticResult {
  readonly model: Model;
  readonly layers: readonly StaticLayer[];
  /** Values that carry a pair. */
  readonly values: readonly string[];
}

export interface StaticInputs {
  /** Folded, of opset 13 or later (21 for 16-bit activations). */
  readonly prepared: Model;
  readonly calibration: Calibration;
  readonly settings: QuantizeSettings;
  /** The calibrator where the settings say `auto`. */
  readonly method: CalibrationMethod;
  /** Codes of weights, shared between candidates of one search. */
  readonly weights: WeightStore;
}

/** A quantized copy of `inputs.prepared`. */
export function quantizeStatic(inputs: StaticInputs): StaticResult {
  const { prepared, calibration, settings } = inputs;
  const model = prepared.clone();
  const plan = planQuantization(model, (node) => settings.wanted(node));
  const constants = Constants.of(model);
  const outputs = new Map<Node, string>();
  for (const node of model.graph.nodes) outputs.set(node, node.outputs[0] ?? '');
  for (const [clamp, { producer }] of plan.absorbed) outputs.set(producer, clamp.outputs[0]!);
  const weighted = model.graph.nodes.filter((node) => roleOf(node, constants)?.kind === 'compute');

  // Keys name the values that layers read in the float model, before pairs are put between.
  const grams = new Map(
    [...plan.integer].flatMap(([node, role]) => {
      const gram = role.kind === 'compute' ? calibration.grams.get(gramKey(node, role)) : undefined;
      return gram ? [[node, gram] as const] : [];
    }),
  );
  const weightBytes = new Map(weighted.map((node) => [node, constants.tensor(node.input(1))!.byteLength]));
  const groups = groupParams(inputs, plan);
  const emitted = emitQdq(model, plan, {
    params: (group) => groups.get(group)!,
    weights: (node, role) => ({
      type: settings.weightType(node),
      perChannel: settings.perChannel(node),
      pairSafe: settings.limitPairs && role.pairwise,
      search: true,
    }),
    inputMeans: inputMeansOf(calibration, model),
    gram: (node) => grams.get(node),
    store: inputs.weights,
  });
  const sqnr = new Map(emitted.map((layer) => [layer.node, layer.weightSqnrDb]));
  return {
    model,
    values: [...plan.groupOf.keys()],
    layers: weighted.map((node) => {
      const weightSqnrDb = sqnr.get(node);
      const reason = settings.refusal(node);
      return {
        name: node.label,
        opType: node.opType,
        integer: weightSqnrDb !== undefined,
        output: outputs.get(node)!,
        weightBytes: weightBytes.get(node)!,
        ...(weightSqnrDb !== undefined && { weightSqnrDb }),
        ...(reason !== undefined && { reason }),
      };
    }),
  };
}

/** Scale and zero point of every group: the union of what its members need. */
function groupParams(inputs: StaticInputs, plan: QuantizationPlan): Map<string, AffineParams> {
  const { calibration, settings } = inputs;
  const producers = new Map<string, Node>();
  for (const node of plan.integer.keys()) for (const output of node.outputs) producers.set(output, node);
  for (const [clamp, { producer }] of plan.absorbed) producers.set(clamp.outputs[0]!, producer);

  const ranges = new Map<string, Range>();
  for (const [value, group] of plan.groupOf) {
    const range = plan.fixedRanges.get(group) ?? rangeOf(value, producers.get(value), inputs, calibration);
    const known = ranges.get(group);
    ranges.set(group, known ? { min: Math.min(known.min, range.min), max: Math.max(known.max, range.max) } : range);
  }
  const params = new Map<string, AffineParams>();
  for (const [group, range] of ranges) {
    params.set(group, affineParams(range, settings.activationType, settings.symmetric));
  }
  return params;
}

function rangeOf(value: string, producer: Node | undefined, inputs: StaticInputs, calibration: Calibration): Range {
  const { settings } = inputs;
  const asked = settings.calibration(producer);
  return calibrateRange(calibration.histograms.get(value)!, {
    method: asked === 'auto' ? inputs.method : asked,
    type: settings.activationType,
    symmetric: settings.symmetric,
    percentile: settings.percentile,
  });
}
