/** What inference knows of one value: its type, and for small tensors the elements too. */

import { elementCount, isFloatType, type DataType } from '../../tensor/dtype.ts';
import type { Tensor } from '../tensor.ts';
import { staticShape, type Dim, type TensorType, type ValueType } from '../types.ts';
import { dimension, eitherDim, eitherShape, unknownShape, type Shape } from './dims.ts';

/**
 * Elements of a small tensor in row-major order: numbers (0 and 1 for booleans), symbols of dimensions, `null` for
 * unknown ones. 64-bit integers beyond 2^53 are rounded, so they may only be compared with bounds.
 */
export type Elements = readonly Dim[];

/** Tensors with more elements are weights or pictures, not arithmetic on shapes: their elements are not followed. */
const maxElements = 256;

/** `true` when the elements of a tensor of this shape are worth following. */
export function isSmall(shape: Shape | undefined): shape is readonly number[] {
  const dims = staticShape(shape);
  return dims !== undefined && elementCount(dims) <= maxElements;
}

export class Known {
  readonly type: ValueType;
  private readonly given: Elements | undefined;
  private constant: Tensor | undefined;
  private decoded: Elements | undefined;

  constructor(type: ValueType, elements?: Elements, constant?: Tensor) {
    this.type = type;
    this.given = elements;
    this.constant = constant;
  }

  /** A constant, whose elements are read from its storage only when a rule asks for them. */
  static constant(tensor: Tensor): Known {
    const type: TensorType = { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims };
    return new Known(type, undefined, tensor.dtype !== 'string' && isSmall(tensor.dims) ? tensor : undefined);
  }

  get tensor(): TensorType | undefined {
    return this.type.kind === 'tensor' || this.type.kind === 'sparse-tensor' ? this.type : undefined;
  }

  /** `true` when `elements` gives something, without reading it. */
  get hasElements(): boolean {
    return this.given !== undefined || this.constant !== undefined || this.decoded !== undefined;
  }

  get elements(): Elements | undefined {
    if (this.constant) {
      const tensor = this.constant;
      // Cleared first: a tensor that cannot be read is reported once and has no elements from then on.
      this.constant = undefined;
      this.decoded = decode(tensor);
    }
    return this.given ?? this.decoded;
  }

  /** The same value with another type, its elements kept where they still fit. */
  withType(type: ValueType): Known {
    const shape = type.kind === 'tensor' ? type.shape : undefined;
    return isSmall(shape) ? new Known(type, this.given ?? this.decoded, this.constant) : new Known(type);
  }
}

function decode(tensor: Tensor): Elements | undefined {
  switch (tensor.dtype) {
    case 'string':
    case 'undefined':
    case 'complex64':
    case 'complex128':
      return undefined;
    case 'float64':
      return tensor.toNumbers();
    default:
      return isFloatType(tensor.dtype) ? Array.from(tensor.toFloat32()) : tensor.toNumbers();
  }
}

/**
 * A dense tensor. `dtype` 'undefined' stands for an unknown element type, an absent shape for an unknown rank. Numbers
 * that are no lengths become unknown, and elements are dropped where the shape does not say how many there are.
 */
export function tensor(dtype: DataType, given?: Shape, elements?: Elements): Known {
  if (!given) return new Known({ kind: 'tensor', dtype });
  const shape = given.every((d) => dimension(d) === d) ? given : given.map((d) => dimension(d));
  const fits = elements && isSmall(shape) && elements.length === elementCount(shape);
  return new Known({ kind: 'tensor', dtype, shape }, fits ? elements : undefined);
}

/** A tensor of `rank` dimensions of unknown length. */
export function ranked(dtype: DataType, rank: Dim | undefined): Known {
  return tensor(dtype, unknownShape(rank));
}

/** The type of a value that has one or the other type; undefined when they have nothing in common. */
export function eitherType(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  if (!a || !b) return undefined;
  if (a.kind === 'tensor' && b.kind === 'tensor') {
    const shape = eitherShape(a.shape, b.shape);
    const dtype = a.dtype === b.dtype ? a.dtype : 'undefined';
    return dtype === 'undefined' && !shape ? undefined : { kind: 'tensor', dtype, ...(shape && { shape }) };
  }
  if ((a.kind === 'sequence' && b.kind === 'sequence') || (a.kind === 'optional' && b.kind === 'optional')) {
    const element = eitherType(a.element, b.element);
    return element && { kind: a.kind, element };
  }
  return sameType(a, b) ? a : undefined;
}

/** What is known of a value that is one or the other. */
export function either(a: Known | undefined, b: Known | undefined): Known | undefined {
  if (a === b) return a;
  const type = eitherType(a?.type, b?.type);
  if (!a || !b || !type) return undefined;
  if (type.kind !== 'tensor' || !isSmall(type.shape) || !a.hasElements || !b.hasElements) return new Known(type);
  const other = b.elements;
  return new Known(type, other && a.elements?.map((element, i) => eitherDim(element, other[i])));
}

/** Whether two types say exactly the same; denotations aside. */
function sameType(a: ValueType, b: ValueType): boolean {
  switch (a.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return a.kind === b.kind && a.dtype === b.dtype && sameDims(a.shape, b.shape);
    case 'sequence':
    case 'optional':
      return a.kind === b.kind && sameType(a.element, b.element);
    case 'map':
      return a.kind === b.kind && a.key === b.key && sameType(a.value, b.value);
    case 'other':
      return a.kind === b.kind && Buffer.compare(a.encoded, b.encoded) === 0;
  }
}

/** Whether two lists of dimensions or elements say exactly the same. */
function sameDims(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Whether two values are known to the same degree: the test for a fixed point. */
export function sameKnown(a: Known | undefined, b: Known | undefined): boolean {
  if (!a || !b) return a === b;
  return a === b || (sameType(a.type, b.type) && sameDims(a.elements, b.elements));
}
