/**
 * Batch norms, and sums and products with a constant per channel, move into the layer before them, or the layer after
 * them: factor * (W x + b) + shift = (factor W) x + (factor b + shift), and W (factor x + shift) + b = (W factor) x +
 * (W shift + b).
 */

import type { Node } from '../../../model/node.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { affineOf, affineOperators, channel, type Affine, type PerChannel } from '../affine.ts';
import { rounded } from '../doubles.ts';
import {
  biasOf,
  linearLayer,
  scaledWeight,
  setBias,
  shiftThroughWeight,
  type LinearLayer,
} from '../linear-layer.ts';
import type { FoldRule } from '../rule.ts';
import type { FoldScope } from '../scope.ts';

export const affineIntoLayerBefore: FoldRule = {
  operators: affineOperators,
  apply(node, scope) {
    if (scope.opset < 7) return false;
    return node.inputs.some((value) => {
      const before = scope.producer(value);
      if (!before || scope.soleUse(value)?.node !== node || !scope.canReplace(node.outputs[0]!, value)) return false;
      if (before.is('Add')) return intoBiasedProduct(node, before, scope);
      const layer = linearLayer(before, scope);
      const affine = layer && affineOf(node, scope, layer.output);
      if (!layer || affine?.input !== value) return false;
      return layer.biasInput === undefined ? intoProduct(layer, affine, scope) : intoLayer(layer, affine, scope);
    });
  },
};

/** Conv, ConvTranspose, Gemm: the bias takes the shift. */
function intoLayer(layer: LinearLayer, affine: Affine, scope: FoldScope): boolean {
  const old = biasOf(layer, scope);
  const weight = weightFor(layer, affine);
  const bias = old && biasTensor(layer, combined(old, affine, layer.output.channels));
  if (!weight || !bias) return false;
  scope.putConstant(layer.node, 1, weight);
  if (layer.node.input(layer.biasInput!) !== undefined || isNot(affine.shift, 0)) setBias(layer, bias, scope);
  return finish(layer.node, affine, scope);
}

/** MatMul has no bias: a shift stays as the Add that a batch norm becomes. */
function intoProduct(layer: LinearLayer, affine: Affine, scope: FoldScope): boolean {
  if (!isNot(affine.factor, 1)) return false;
  const weight = weightFor(layer, affine);
  if (!weight) return false;
  if (!isNot(affine.shift, 0)) {
    scope.putConstant(layer.node, 1, weight);
    return finish(layer.node, affine, scope);
  }
  const shift = biasTensor(layer, affine.shift, `${affine.node.outputs[0]!}_shift`);
  if (!affine.node.is('BatchNormalization') || !shift) return false;
  scope.putConstant(layer.node, 1, weight);
  const { node } = affine;
  scope.report.add(node, 'folded', `into ${layer.node.label} and an Add`);
  node.opType = 'Add';
  node.attributes.clear();
  scope.truncateInputs(node, 1);
  scope.setInput(node, 1, scope.addConstant(shift));
  return true;
}

/** MatMul and the Add of its bias. */
function intoBiasedProduct(node: Node, add: Node, scope: FoldScope): boolean {
  const product = add.inputs.map((value) => scope.producer(value)).find((producer) => producer?.is('MatMul'));
  const layer = product && scope.soleUse(product.outputs[0])?.node === add ? linearLayer(product, scope) : undefined;
  const bias = layer && affineOf(add, scope, layer.output);
  const affine = layer && affineOf(node, scope, layer.output);
  if (!bias || !affine || affine.input !== add.outputs[0] || bias.input !== product?.outputs[0]) return false;
  const weight = weightFor(layer, affine);
  const shift = biasTensor(layer, combined(bias.shift, affine, layer.output.channels));
  if (!weight || !shift) return false;
  scope.putConstant(layer.node, 1, weight);
  scope.putConstant(add, add.input(0) === bias.input ? 1 : 0, shift);
  return finish(layer.node, affine, scope);
}

function finish(layer: Node, { node, input }: Affine, scope: FoldScope): boolean {
  scope.report.add(node, 'folded', `into ${layer.label}`);
  return scope.replace(node.outputs[0]!, input);
}

export const affineIntoLayerAfter: FoldRule = {
  operators: affineOperators,
  apply(node, scope) {
    const use = scope.soleUse(node.outputs[0]);
    const layer = scope.opset >= 7 && use?.index === 0 ? linearLayer(use.node, scope) : undefined;
    // Layer norms end in a product and a sum that runtimes look for: only batch norms move into matrix products.
    if (!layer || (!layer.node.is('Conv', 'ConvTranspose') && !node.is('BatchNormalization'))) return false;
    const affine = affineOf(node, scope, layer.input);
    if (!affine) return false;
    const shifts = isNot(affine.shift, 0);
    if (shifts && (layer.biasInput === undefined || !seesOnlyInputs(layer.node))) return false;
    const old = biasOf(layer, scope);
    const weight = isNot(affine.factor, 1) ? scaledWeight(layer, layer.inputOf, affine.factor) : layer.weight;
    const bias = old && shifts
      ? biasTensor(layer, shiftThroughWeight(layer, affine.shift).map((sum, i) => sum + channel(old, i)))
      : undefined;
    if (!weight || (shifts && !bias)) return false;
    scope.putConstant(layer.node, 1, weight);
    if (bias) setBias(layer, bias, scope);
    scope.report.add(node, 'folded', `into ${layer.node.label}`);
    scope.setInput(layer.node, 0, affine.input);
    return true;
  },
};

/** Padding is zero, whatever the inputs are shifted by; ConvTranspose adds up fewer products near the border. */
function seesOnlyInputs(node: Node): boolean {
  if (node.is('Gemm')) return true;
  const padding = node.string('auto_pad', 'NOTSET');
  if (!node.is('Conv') || (padding !== 'NOTSET' && padding !== 'VALID')) return false;
  return padding === 'VALID' || (node.ints('pads') ?? []).every((pad) => pad === 0);
}

function weightFor(layer: LinearLayer, { factor }: Affine): Tensor | undefined {
  return isNot(factor, 1) ? scaledWeight(layer, layer.outputOf, factor) : layer.weight;
}

function combined(bias: PerChannel, { factor, shift }: Affine, channels: number): Float64Array {
  return Float64Array.from({ length: channels }, (_, i) => channel(factor, i) * channel(bias, i) + channel(shift, i));
}

function biasTensor(layer: LinearLayer, values: PerChannel, name?: string): Tensor | undefined {
  const { channels } = layer.output;
  const all = Float64Array.from({ length: channels }, (_, i) => channel(values, i));
  return rounded(name ?? `${layer.weightName}_bias`, layer.weight.dtype, [channels], all);
}

function isNot(values: PerChannel, neutral: number): boolean {
  return values.some((value) => value !== neutral);
}
