/**
 * Runs the float model on the calibration data and collects, for every value that will be quantized, its distribution,
 * and for every layer with weights the mean of its input channels. One pass over the data; memory does not depend on
 * the number of samples, and values are observed in groups so that it does not depend on the model's width either.
 */

import { LatheError } from '../../../errors.ts';
import type { Dataset } from '../../../data/dataset.ts';
import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { GramResult, GramSpec } from '../../../runtime/observers/gram.ts';
import type { Histogram } from '../../../tensor/histogram.ts';
import type { PassContext } from '../../pass.ts';
import { observeModel } from '../../observe.ts';
import { roleOf } from './operators.ts';
import { gramKey, gramSpec } from './patches.ts';
import type { QuantizationPlan } from './plan.ts';

export interface Calibration {
  /** By value name. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** [channels] means, by the name of the value that a layer reads. */
  readonly means: ReadonlyMap<string, Float64Array>;
  /** Second moments of layers' inputs, by `gramKey`. */
  readonly grams: ReadonlyMap<string, GramResult>;
  readonly samples: number;
}

/**
 * @param model the float model that `plan` was made from
 * @throws LatheError `DATA` when a value was never finite
 */
export async function calibrate(
  model: Model,
  plan: QuantizationPlan,
  data: Dataset,
  context: PassContext,
): Promise<Calibration> {
  const values = new Set(plan.groupOf.keys());
  const meanAxes = new Map<string, number>();
  const gramSpecs = new Map<string, GramSpec>();
  for (const [node, role] of plan.integer) {
    if (role.kind !== 'compute') continue;
    const input = node.input(role.data)!;
    values.add(input);
    meanAxes.set(input, node.is('Conv') ? 1 : -1);
    const spec = gramSpec(node, role, data.size, context.seed);
    if (spec) gramSpecs.set(gramKey(node, role), spec);
  }
  const valueSpecs = [...values].map((tap) => ({ kind: 'histogram', tap }) as const);
  const meanSpecs = [...meanAxes].map(([tap, channelAxis]) => ({ kind: 'channel-mean', tap, channelAxis }) as const);
  const specs = [...valueSpecs, ...meanSpecs, ...(gramSpecs.values() as Iterable<GramSpec & { tap: string }>)];
  const results = await observeModel(model, specs, data, context, 'Calibrating');
  const histograms = new Map<string, Histogram>();
  const means = new Map<string, Float64Array>();
  const grams = new Map<string, GramResult>();
  const keys = [...gramSpecs.keys()];
  for (const result of results) {
    if (result.kind === 'histogram') histograms.set(result.tap, result);
    else if (result.kind === 'channel-mean') means.set(result.tap, result.mean);
    else if (result.kind === 'gram') grams.set(keys[grams.size]!, result);
  }
  for (const value of values) {
    const histogram = histograms.get(value);
    if (histogram && Number.isFinite(histogram.min)) continue;
    throw new LatheError('DATA', `The value "${value}" was never a finite number on the calibration data.`, {
      fix: 'Check the preprocessing of the calibration data, or keep the layers around this value float.',
      at: { value },
    });
  }
  return { histograms, means, grams, samples: data.size };
}

/** The mean of a layer's input, when it was observed. */
export function inputMeansOf(calibration: Calibration, model: Model): (node: Node) => Float64Array | undefined {
  const constants = Constants.of(model);
  const inputs = new Map<Node, string>();
  for (const node of model.graph.nodes) {
    const role = roleOf(node, constants);
    const input = role?.kind === 'compute' ? node.input(role.data) : undefined;
    if (input) inputs.set(node, input);
  }
  return (node) => calibration.means.get(inputs.get(node) ?? '');
}
