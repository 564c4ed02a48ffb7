/** The options of a recipe, the target and the exceptions for single layers, resolved into one answer per question. */

import type { Node } from '../../model/node.ts';
import type { Target } from '../../targets/target.ts';
import type { QuantizedType } from '../../tensor/affine.ts';
import { compileGlob } from '../../util/glob.ts';
import type { LayerRule, QuantizeOptions } from './options.ts';
import type { CalibrationMethod } from './static/ranges.ts';

export interface QuantizeSettings {
  readonly activationType: QuantizedType;
  readonly symmetric: boolean;
  readonly percentile: number;
  /** `true` where weights must be kept safe from 16-bit sums (see `WeightOptions.pairSafe`). */
  readonly limitPairs: boolean;
  /** `true` when a layer is to be quantized at all. */
  wanted(node: Node): boolean;
  /** Why a layer stays float, for the report; undefined when it is wanted. */
  refusal(node: Node): string | undefined;
  /** The calibrator asked for; `auto` leaves the choice to measurement. */
  calibration(node: Node | undefined): CalibrationMethod | 'auto';
  weightType(node: Node): 'int8' | 'uint8';
  perChannel(node: Node): boolean;
}

const defaultPercentile = 99.99;

/**
 * @param keepFloat names of layers that the accuracy search left in float, with the reason
 */
export function resolveSettings(
  options: QuantizeOptions,
  target: Target,
  keepFloat: ReadonlyMap<string, string> = new Map(),
): QuantizeSettings {
  const rules = options.layers.map((rule) => ({ rule, matches: compileGlob(rule.match) }));
  const ruleOf = (node: Node): LayerRule | undefined =>
    rules.findLast(({ matches }) => matches(node.label))?.rule;
  const activationType = activationTypeOf(options, target);
  const refusal = (node: Node): string | undefined => {
    if (options.opTypes && !options.opTypes.includes(node.opType) && isWeighted(node)) {
      return `the recipe quantizes only ${options.opTypes.join(', ')}`;
    }
    if (ruleOf(node)?.keep === 'float') return 'the recipe keeps it float';
    return keepFloat.get(node.label);
  };
  const fullRangeSaturates = target.int8.saturates && !activationType.endsWith('16');
  return {
    activationType,
    symmetric: options.symmetric ?? target.symmetricActivations,
    percentile: options.percentile ?? defaultPercentile,
    limitPairs: options.reduceRange === 'auto' ? fullRangeSaturates : options.reduceRange,
    wanted: (node) => refusal(node) === undefined,
    refusal,
    calibration: (node) => (node && ruleOf(node)?.calibration) ?? options.calibration,
    weightType: (node) => ruleOf(node)?.weights ?? options.weights ?? target.weightTypes[0] ?? 'int8',
    perChannel: (node) => target.perChannel && (ruleOf(node)?.perChannel ?? options.perChannel),
  };
}

function activationTypeOf(options: QuantizeOptions, target: Target): QuantizedType {
  if (options.activations && options.activations !== 'float') return options.activations;
  return target.activationTypes[0] ?? 'uint8';
}

function isWeighted(node: Node): boolean {
  return node.is('Conv', 'Gemm', 'MatMul', 'ConvTranspose');
}
