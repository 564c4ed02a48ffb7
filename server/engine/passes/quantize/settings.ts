/** The options of a recipe, the target and the exceptions for single layers, resolved into one answer per question. */

import type { Node } from '../../model/node.ts';
import type { Target } from '../../targets/target.ts';
import type { QuantizedType } from '../../tensor/affine.ts';
import { compileGlob } from '../../util/glob.ts';
import type { KeptLayers, LayerMode } from './candidates.ts';
import type { LayerRule, QuantizeOptions } from './options.ts';
import type { CalibrationMethod } from './static/ranges.ts';
import type { StoredType, WeightType } from './weights.ts';

export interface QuantizeSettings {
  /** Type of the activations of most layers. */
  readonly activationType: QuantizedType;
  /** That of one layer, where a rule gives it another one. */
  ownActivationType(node: Node): QuantizedType | undefined;
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
  /** Type of the weights where only they are quantized. */
  storedType(node: Node): StoredType;
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
    ownActivationType: (node) => {
      const own = kept.get(node.label)?.activations ?? ruleOf(node)?.activations;
      return own === undefined || own === 'float' ? undefined : own;
    },
    symmetric: options.symmetric ?? target.symmetricActivations,
    percentile: options.percentile ?? defaultPercentile,
    limitPairs: options.reduceRange === 'auto' ? saturates : options.reduceRange,
    mode: (node) => decide(node).mode,
    reason: (node) => decide(node).reason,
    calibration: (node) => (node && ruleOf(node)?.calibration) ?? options.calibration,
    weightType: (node) => {
      const weights = kept.get(node.label)?.weights;
      if (weights === 'int4' || weights === 'int8') return weights;
      return ruleOf(node)?.weights ?? options.weights ?? target.weightTypes[0] ?? 'int8';
    },
    storedType: (node) => kept.get(node.label)?.weights ?? 'int8',
    perChannel: (node) => target.perChannel && (ruleOf(node)?.perChannel ?? options.perChannel),
  };
}

function activationTypeOf(options: QuantizeOptions, target: Target): QuantizedType {
  const best = target.activationTypes[0] ?? 'uint8';
  const asked = options.activations;
  if (!asked || asked === 'float') return best;
  const narrow = [options, ...options.layers].some(({ weights }) => weights === 'int4');
  return asked === 'int8' && narrow && shiftsCodes(target) ? 'uint8' : asked;
}

/**
 * On x64 onnxruntime turns int8 values into uint8 when it loads a model, by adding 128 to codes and zero points; in
 * the operator set that 4-bit weights need (21) that fails (1.30: "output_dtype INT8 does not match y_zero_point type
 * UINT8"). The same shift done here gives the same numbers.
 */
function shiftsCodes({ provider, activationTypes }: Target): boolean {
  return provider === 'CPUExecutionProvider' && activationTypes[0] === 'uint8';
}

function isWeighted(node: Node): boolean {
  return node.is('Conv', 'Gemm', 'MatMul', 'ConvTranspose', 'LSTM', 'GRU', 'RNN', 'Gather');
}
