/** Operators that hand their input on: Identity, Dropout, and others whose settings leave nothing to do. */

import { dataTypeFromCode } from '../../../tensor/dtype.ts';
import type { Node } from '../../../model/node.ts';
import type { FoldRule } from '../rule.ts';
import type { FoldScope } from '../scope.ts';

/** Whether a node's first output is its first input, by operator. */
const tests: Readonly<Record<string, (node: Node, scope: FoldScope) => boolean>> = {
  Identity: () => true,
  Dropout: isInference,
  Cast: (node, scope) => scope.opset >= 6 && scope.dtype(node.input(0)) === dataTypeFromCode(node.int('to', 0)),
  Concat: hasOneInput,
  Sum: hasOneInput,
  Mean: hasOneInput,
  Max: hasOneInput,
  Min: hasOneInput,
  Pad: (node, scope) => padsOf(node, scope)?.every((pad) => pad === 0) ?? false,
  Slice: takesAll,
  Expand: expandsNothing,
  Tile: (node, scope) => scope.opset >= 6 && (integers(node, scope, 1)?.every((count) => count === 1) ?? false),
  Resize: resizesByOne,
  Upsample: (node, scope) => (scope.opset < 9 ? node.floats('scales') : floats(node, scope, 1))?.every(isOne) ?? false,
};

export const noOps: FoldRule = {
  operators: Object.keys(tests),
  apply(node, scope) {
    const [from, to] = [node.outputs[0], node.input(0)];
    if (!from || to === undefined || !node.outputs.slice(1).every((output) => scope.isUnused(output))) return false;
    if (!tests[node.opType]!(node, scope)) return false;
    return scope.bypass(node, to, 'it hands its input on');
  },
};

const isOne = (value: number): boolean => value === 1;

function integers(node: Node, scope: FoldScope, index: number): number[] | undefined {
  return scope.known(node.input(index))?.toNumbers();
}

function floats(node: Node, scope: FoldScope, index: number): Float32Array | undefined {
  return scope.known(node.input(index))?.toFloat32();
}

function hasOneInput(node: Node): boolean {
  return node.inputs.length === 1;
}

/** Up to opset 6 an attribute says so; from 12 on an input says the opposite. */
function isInference(node: Node, scope: FoldScope): boolean {
  if (scope.opset < 7) return node.int('is_test', 0) !== 0;
  const training = node.input(2);
  return training === undefined || scope.known(training)?.toNumbers()[0] === 0;
}

/** The pads at both ends of all axes that are padded; undefined when not known. */
function padsOf(node: Node, scope: FoldScope): readonly number[] | undefined {
  if (scope.opset < 11) return node.ints(scope.opset < 2 ? 'paddings' : 'pads');
  return integers(node, scope, 1);
}

function takesAll(node: Node, scope: FoldScope): boolean {
  const inputs = scope.opset >= 10;
  const starts = inputs ? integers(node, scope, 1) : node.ints('starts');
  const ends = inputs ? integers(node, scope, 2) : node.ints('ends');
  const axes = (inputs ? integers(node, scope, 3) : node.ints('axes')) ?? starts?.map((_, i) => i);
  if (!starts || !ends || !axes || (inputs && node.input(3) !== undefined && !scope.known(node.input(3)))) return false;
  if (inputs && node.input(4) !== undefined && !integers(node, scope, 4)?.every(isOne)) return false;
  const shape = scope.shape(node.input(0));
  return starts.every((start, i) => {
    const length = shape?.at(axes[i]!);
    const end = ends[i]!;
    return start === 0 && (end >= 2 ** 31 - 1 || (typeof length === 'number' && end >= length));
  });
}

/** To ones of no higher rank, or to the shape it has. */
function expandsNothing(node: Node, scope: FoldScope): boolean {
  const target = integers(node, scope, 1);
  const shape = scope.shape(node.input(0));
  if (!target || !shape || target.length > shape.length) return false;
  return target.every((dim, i) => dim === 1 || dim === shape[shape.length - target.length + i]);
}

function resizesByOne(node: Node, scope: FoldScope): boolean {
  if (node.string('coordinate_transformation_mode', '') === 'tf_crop_and_resize') return false;
  const scales = scope.opset < 11 ? node.input(1) : node.input(2);
  const values = scope.known(scales);
  if (values && values.size > 0) return values.toFloat32().every(isOne);
  if (node.int('antialias', 0) !== 0 || node.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch') return false;
  const sizes = integers(node, scope, 3);
  const shape = scope.shape(node.input(0));
  const axes = node.ints('axes') ?? shape?.map((_, i) => i);
  return sizes !== undefined && axes !== undefined && shape !== undefined && sizes.length === axes.length
    && sizes.every((length, i) => shape.at(axes[i]!) === length);
}
