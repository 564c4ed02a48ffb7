/** Sequences and optionals: their element types; lengths are not followed. */

import type { ValueType } from '../../types.ts';
import { positiveAxis, unknownShape, withDim } from '../dims.ts';
import { eitherType, Known, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

function sequenceOf(element: ValueType | undefined): Known | undefined {
  return element && new Known({ kind: 'sequence', element });
}

/** The type of the elements of input `i`, a sequence. */
function elementType(n: NodeFacts, i: number): ValueType | undefined {
  const type = n.inputs[i]?.type;
  return type?.kind === 'sequence' ? type.element : undefined;
}

/** A type that all of `types` are instances of. */
function common(types: readonly (ValueType | undefined)[]): ValueType | undefined {
  return types.length === 0 ? undefined : types.reduce((a, b) => eitherType(a, b));
}

function splitToSequence(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = shape && positiveAxis(n.node.int('axis', 0), shape.length);
  if (axis === undefined) return [sequenceOf(tensor(n.dtype(0)).type)];
  const drops = !n.has(1) && n.node.int('keepdims', 1) === 0;
  const lengths = n.elements(1);
  const [first] = lengths ?? [];
  // A list of equal lengths gives parts of that length; a single number leaves a remainder where it does not divide.
  const even = n.shape(1)?.length === 1 && lengths?.every((l) => l === first) ? first : null;
  const part = drops ? shape!.filter((_, i) => i !== axis) : withDim(shape!, axis, n.has(1) ? (even ?? null) : 1);
  return [sequenceOf(tensor(n.dtype(0), part).type)];
}

function concatFromSequence(n: NodeFacts): Outputs {
  const type = elementType(n, 0);
  if (type?.kind !== 'tensor') return [undefined];
  const stacks = n.node.int('new_axis', 0) !== 0;
  const rank = type.shape && type.shape.length + (stacks ? 1 : 0);
  const axis = rank === undefined ? undefined : positiveAxis(n.node.int('axis', 0), rank);
  if (!type.shape || axis === undefined) return [tensor(type.dtype, unknownShape(rank))];
  const shape = stacks
    ? [...type.shape.slice(0, axis), null, ...type.shape.slice(axis)]
    : withDim(type.shape, axis, null);
  return [tensor(type.dtype, shape)];
}

function optional(n: NodeFacts): Outputs {
  const attribute = n.node.attributes.get('type');
  const element = n.inputs[0]?.type ?? (attribute?.type === 'type' ? attribute.value : undefined);
  return [element && new Known({ kind: 'optional', element })];
}

/** From opset 18 on a value that is not optional passes through. */
function optionalGetElement(n: NodeFacts): Outputs {
  const input = n.inputs[0];
  return [input?.type.kind === 'optional' ? new Known(input.type.element) : input];
}

function sequenceMap(n: NodeFacts): Outputs {
  const body = n.node.attributes.get('body');
  if (body?.type !== 'graph') return [];
  const inputs = n.inputs.map((input) => {
    if (input?.type.kind !== 'sequence') return input;
    return new Known(input.type.element);
  });
  return n.body(body.value, inputs).map((output) => sequenceOf(output?.type));
}

export const collectionRules: Rules = {
  SequenceConstruct: (n) => [sequenceOf(common(n.inputs.map((input) => input?.type)))],
  SequenceEmpty: (n) => [sequenceOf(tensor(n.dtypeAttribute('dtype', 'float32')).type)],
  SequenceInsert: (n) => [sequenceOf(common([elementType(n, 0), n.inputs[1]?.type]))],
  SequenceErase: (n) => [n.inputs[0] && new Known(n.inputs[0].type)],
  SequenceAt: (n) => {
    const element = elementType(n, 0);
    return [element && new Known(element)];
  },
  SequenceLength: () => [tensor('int64', [])],
  SplitToSequence: splitToSequence,
  ConcatFromSequence: concatFromSequence,
  SequenceMap: sequenceMap,
  Optional: optional,
  OptionalGetElement: optionalGetElement,
  OptionalHasElement: () => [tensor('bool', [])],
};
