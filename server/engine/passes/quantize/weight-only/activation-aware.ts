/**
 * Activation-aware scaling (AWQ, Lin et al. 2024): weights that meet large inputs are made larger before rounding, so
 * that they err less against their scale, and what feeds them is made smaller by as much in the constants before.
 * Computes the same in float.
 */

import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import type { BlockGrid, WeightMatrix } from './block-weights.ts';
import { dequantize } from './block-weights.ts';
import { damp, diagonal, outputPower, type Moments } from './moments.ts';
import { inputKey, type InputMoments, type MomentsByInput } from './observe-moments.ts';
import { roundToNearest } from './round-to-nearest.ts';
import { scalableBefore, scaleConstant, type ScalableConstant } from './scale-folding.ts';
import { matrixOf, type WeightLayer } from './weight-layers.ts';

interface GriddedLayer {
  readonly layer: WeightLayer;
  readonly grid: BlockGrid;
}

/** Exponents that are tried; the reference implementation tries 20. */
const exponents = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/** No input is scaled by more than this against the others. */
const largestFactor = 16;
/** Rows of a weight that exponents are compared on. */
const comparedRows = 128;
/** Less gain than this is noise. */
const worthwhileShare = 0.98;

export interface ScaledModel {
  readonly model: Model;
  /** Values whose channels were scaled. */
  readonly scaled: number;
}

/** @param layers in few bits: inputs that other nodes read as well stay as they are */
export function scaleByActivations(
  model: Model,
  layers: readonly GriddedLayer[],
  moments: MomentsByInput,
): ScaledModel {
  const copy = model.clone();
  const constants = Constants.of(copy);
  const index = new GraphIndex(copy.graph);
  const narrow = new Map(layers.map((each) => [each.layer.node.label, each]));
  const groups = new Map<string, GriddedLayer[]>();
  for (const node of copy.graph.nodes) {
    const own = narrow.get(node.label);
    if (!own?.layer.product || own.layer.order !== 'columns') continue;
    const value = node.inputs[0]!;
    groups.set(value, [...(groups.get(value) ?? []), { ...own, layer: { ...own.layer, node } }]);
  }
  const editor = new GraphEditor(copy);
  let scaled = 0;
  for (const [value, group] of groups) {
    if (index.isOutput(value) || index.uses(value).length !== group.length) continue;
    const inputs = moments.get(inputKey(group[0]!.layer, constants) ?? '');
    const before = scalableBefore(value, group[0]!.layer.columns, index, constants);
    const factors = inputs && before && bestFactors(group, inputs);
    if (!factors) continue;
    for (const constant of before) scaleConstant(constant, factors, -1, editor);
    for (const { layer: { node } } of group) scaleConstant(weightOf(node), factors, 1, editor);
    scaled += 1;
  }
  editor.finish();
  return { model: copy, scaled };
}

function weightOf(node: WeightLayer['node']): ScalableConstant {
  return { node, input: 1, axis: 0 };
}

/** [columns] factors of least error on held-out data; undefined where none beats leaving the weights as they are. */
function bestFactors(group: readonly GriddedLayer[], inputs: InputMoments): Float64Array | undefined {
  const matrices = group.map(({ layer, grid }) => ({ matrix: someRows(matrixOf(layer)), grid }));
  const error = (factors: Float64Array | undefined): number => {
    let sum = 0;
    for (const { matrix, grid } of matrices) sum += scaledError(matrix, grid, factors, inputs);
    return sum;
  };
  const magnitudes = diagonal(inputs.fitted, group[0]!.layer.columns).map(Math.sqrt);
  let least = error(undefined) * worthwhileShare;
  let best: Float64Array | undefined;
  for (const exponent of exponents) {
    const factors = factorsOf(magnitudes, exponent);
    const own = error(factors);
    if (own >= least) continue;
    least = own;
    best = factors;
  }
  return best;
}

function factorsOf(magnitudes: Float64Array, exponent: number): Float64Array {
  const floor = magnitudes.reduce((a, b) => Math.max(a, b), 0) * 1e-6 || 1;
  const raw = magnitudes.map((magnitude) => Math.max(magnitude, floor) ** exponent);
  let logs = 0;
  for (const value of raw) logs += Math.log(value);
  const mean = Math.exp(logs / raw.length);
  return raw.map((value) => Math.min(largestFactor, Math.max(1 / largestFactor, value / mean)));
}

/** Error of the output with weights scaled, rounded and scaled back. */
function scaledError(
  matrix: WeightMatrix,
  grid: BlockGrid,
  factors: Float64Array | undefined,
  { fitted, heldOut }: InputMoments,
): number {
  const { rows, columns, values } = matrix;
  const scaled = factors ? values.map((value, i) => value * factors[i % columns]!) : values;
  const importance = importanceOf(fitted, columns, factors);
  const rounded = dequantize(roundToNearest({ rows, columns, values: scaled }, grid, true, importance));
  const back = factors ? rounded.map((value, i) => value / factors[i % columns]!) : rounded;
  return outputPower(values, back, columns, heldOut);
}

function importanceOf(moments: Moments, columns: number, factors: Float64Array | undefined): Float64Array {
  const importance = diagonal(damp(moments, 0.01), columns);
  return factors ? importance.map((value, k) => value / factors[k]! ** 2) : importance;
}

function someRows({ rows, columns, values }: WeightMatrix): WeightMatrix {
  const step = Math.ceil(rows / comparedRows);
  if (step === 1) return { rows, columns, values };
  const count = Math.ceil(rows / step);
  const out = new Float32Array(count * columns);
  for (let i = 0; i < count; i++) out.set(values.subarray(i * step * columns, (i * step + 1) * columns), i * columns);
  return { rows: count, columns, values: out };
}
