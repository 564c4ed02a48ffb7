/** The options of a recipe, the target and the exceptions for single layers, resolved into one answer per question. */

import type { Node } from '../../model/node.ts';
import type { Target } from '../../targets/target.ts';
import type { QuantizedType } from '../../tensor/affine.ts';
import { compileGlob } from '../../util/glob.ts';
import type { KeptLayers, LayerMode } from './candidates.ts';
import type { LayerRule, QuantizeOptions } from './options.ts';
import type { CalibrationMethod } from './static/ranges.ts';
import type { WeightType } from './weights.ts';

export interface QuantizeSettings {
  readonly activationType: QuantizedType;
  readonly symmetric: boolean;
  readonly percentile: number;
  /** `true` where weights must be kept safe from 16-bit sums (see `WeightOptions.pairSafe`). */
  readonly limitPairs: boolean;
  mode(node: Node): LayerMode;
  /** Why a layer is not wholly int8, for the report. */
  reason(node: Node): string | undefined;
  /** The calibrator asked for; `auto` leaves the choice to measurement. */
  calibration(node: Node | undefined): CalibrationMethod | 'auto';
  weightType(node: Node): WeightType;
  perChannel(node: Node): boolean;
}

const defaultPercentile = 99.99;

/** @param kept layers that the accuracy search keeps wider than the recipe asks */
export function resolveSettings(
  options: QuantizeOptions,
  target: Target,
  kept: KeptLayers = new Map(),
): QuantizeSettings {
  const rules = options.layers.map((rule) => ({ rule, matches: compileGlob(rule.match) }));
  const ruleOf = (node: Node): LayerRule | undefined =>
    rules.findLast(({ matches }) => matches(node.label))?.rule;
  const decide = (node: Node): { readonly mode: LayerMode; readonly reason?: string } => {
    if (options.opTypes && !options.opTypes.includes(node.opType) && isWeighted(node)) {
      return { mode: 'float', reason: `the recipe quantizes only ${options.opTypes.join(', ')}` };
    }
    const rule = ruleOf(node);
    if (rule?.keep === 'float') return { mode: 'float', reason: 'the recipe keeps it float' };
    const wider = kept.get(node.label);
    if ((rule?.activations ?? options.activations) === 'float' && wider?.mode !== 'float') {
      return { mode: 'weights', reason: 'the recipe keeps its activations float' };
    }
    return wider ?? { mode: 'int8' };
  };
  const activationType = activationTypeOf(options, target);
  const saturates = target.int8.saturates && !activationType.endsWith('16');
  return {
    activationType,
    symmetric: options.symmetric ?? target.symmetricActivations,
    percentile: options.percentile ?? defaultPercentile,
    limitPairs: options.reduceRange === 'auto' ? saturates : options.reduceRange,
    mode: (node) => decide(node).mode,
    reason: (node) => decide(node).reason,
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
  return node.is('Conv', 'Gemm', 'MatMul', 'ConvTranspose', 'LSTM', 'GRU', 'RNN', 'Gather');
}
