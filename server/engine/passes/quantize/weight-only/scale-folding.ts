/** Where factors of a value's channels can be hidden: constants before it that make these channels, one by one. */

import type { Constants } from '../../../model/constants.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import type { GraphIndex } from '../../../model/graph-index.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';

/** A constant input whose elements along `axis` belong to the channels of the value. */
export interface ScalableConstant {
  readonly node: Node;
  readonly input: number;
  readonly axis: number;
}

/** How far back to look: a product, a bias and a normalization stand before most layers. */
const depth = 4;

/** Constants that must be divided so that `value`, of `channels` on its last axis, is; undefined where none can. */
export function scalableBefore(
  value: string,
  channels: number,
  index: GraphIndex,
  constants: Constants,
  left = depth,
): ScalableConstant[] | undefined {
  const node = index.producer(value);
  if (!node || left === 0) return undefined;
  const vector = (input: number): ScalableConstant | undefined => {
    const tensor = constants.tensor(node.input(input));
    const fits = tensor?.dtype === 'float32' && tensor.size === channels && tensor.dims.at(-1) === channels;
    return fits ? { node, input, axis: tensor.dims.length - 1 } : undefined;
  };
  const before = (input: number): ScalableConstant[] | undefined => {
    const name = node.input(input);
    return name !== undefined && index.soleUse(name)
      ? scalableBefore(name, channels, index, constants, left - 1)
      : undefined;
  };
  if (node.is('LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization')) {
    const gain = vector(1);
    const bias = vector(2);
    return gain && (node.input(2) === undefined || bias) ? [gain, ...(bias ? [bias] : [])] : undefined;
  }
  if (node.is('Mul')) {
    const gain = vector(0) ?? vector(1);
    return gain ? [gain] : before(1) ?? before(0);
  }
  if (node.is('Add')) {
    const at = vector(0) ? 0 : 1;
    const bias = vector(at);
    const rest = bias && before(1 - at);
    return rest && [bias, ...rest];
  }
  if (node.is('MatMul')) {
    const weight = constants.tensor(node.input(1));
    const fits = weight?.dtype === 'float32' && weight.dims.length === 2 && weight.dims[1] === channels;
    return fits ? [{ node, input: 1, axis: 1 }] : undefined;
  }
  return undefined;
}

/** Divides (`power` -1) or multiplies (1) a constant by `factors` along its axis, for this one use. */
export function scaleConstant(
  { node, input, axis }: ScalableConstant,
  factors: Float64Array,
  power: 1 | -1,
  editor: GraphEditor,
): void {
  const tensor = editor.constants.tensor(node.input(input))!;
  const inner = tensor.dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const values = Float32Array.from(tensor.toFloat32(), (value, i) => {
    const factor = factors[Math.floor(i / inner) % factors.length]!;
    return power === 1 ? value * factor : value / factor;
  });
  const scaled = Tensor.fromBytes(tensor.name, 'float32', tensor.dims, values);
  editor.setInput({ node, index: input }, editor.addInitializer(scaled));
}
