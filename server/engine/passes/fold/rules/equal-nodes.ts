/** Nodes that do the same to the same values are one (common subexpressions). */

import { attributeGraphs, type Attribute } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { FoldScope } from '../scope.ts';

/** Random operators differ from run to run; quantization pairs belong to the layers they stand at. */
const excluded = new Set(
  ['RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Multinomial', 'Bernoulli', 'Dropout',
    'QuantizeLinear', 'DequantizeLinear', 'Constant'],
);

/** Merges equal nodes in all scopes; returns whether anything changed. */
export function mergeEqualNodes(scope: FoldScope): boolean {
  let changed = false;
  for (const inner of scope.all()) changed = mergeIn(inner) || changed;
  return changed;
}

function mergeIn(scope: FoldScope): boolean {
  const kept = new Map<string, Node>();
  let changed = false;
  for (const node of [...scope.graph.nodes]) {
    if (!scope.isHere(node)) continue;
    const key = keyOf(node);
    if (key === undefined) continue;
    const same = kept.get(key);
    if (!same) kept.set(key, node);
    else if (merge(node, same, scope)) changed = true;
  }
  return changed;
}

function merge(node: Node, same: Node, scope: FoldScope): boolean {
  const pairs = node.outputs.map((output, i) => [output, same.outputs[i]!] as const).filter(([output]) => output);
  if (!pairs.every(([from, to]) => scope.canReplace(from, to))) return false;
  for (const [from, to] of pairs) scope.replace(from, to);
  scope.report.add(node, 'merged', `the same as ${same.label}`);
  return true;
}

/** Equal for nodes that do the same; undefined for those that must not be merged. */
function keyOf(node: Node): string | undefined {
  if (node.domain !== 'ai.onnx.ml' && !node.is(node.opType)) return undefined;
  if (excluded.has(node.opType) || node.inputs.length === 0) return undefined;
  const attributes: string[] = [];
  for (const [name, attribute] of [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = textOf(attribute);
    if (text === undefined) return undefined;
    attributes.push(`${name}=${text}`);
  }
  const present = node.outputs.map((output) => (output ? 1 : 0)).join('');
  return JSON.stringify([node.opType, node.domain, node.overload, node.inputs, present, attributes]);
}

function textOf(attribute: Attribute): string | undefined {
  if (attributeGraphs(attribute).length > 0) return undefined;
  switch (attribute.type) {
    case 'float':
    case 'int':
      return `${attribute.type} ${attribute.value}`;
    case 'floats':
    case 'ints':
      return `${attribute.type} ${attribute.value.join(' ')}`;
    case 'string':
      return `string ${hex(attribute.value)}`;
    case 'strings':
      return `strings ${attribute.value.map(hex).join(' ')}`;
    case 'tensor':
      return tensorText(attribute.value);
    default:
      return undefined;
  }
}

const hex = (text: string | Uint8Array): string => Buffer.from(text as string).toString('hex');

function tensorText(tensor: Tensor): string | undefined {
  if (tensor.dtype === 'string' || tensor.byteLength > 1024) return undefined;
  return `tensor ${tensor.dtype} ${tensor.dims.join(',')} ${Buffer.from(tensor.bytes()).toString('hex')}`;
}
