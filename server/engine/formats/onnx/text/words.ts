/** Names, types and numbers in ONNX's textual syntax (onnx/docs/Syntax.md, onnx/defs/parser.h of ONNX 1.20). */

import type { ValueType } from '../../../model/types.ts';
import type { DataType } from '../../../tensor/dtype.ts';

/** Words that start a type: as names they need quotes. */
const typeWords = new Set(['seq', 'map', 'optional', 'sparse_tensor', 'opaque', 'float', 'double', 'uint8', 'int8',
  'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'uint32', 'uint64', 'complex64', 'complex128',
  'bfloat16', 'float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz', 'float8e8m0', 'uint4', 'int4',
  'float4e2m1', 'uint2', 'int2', 'float6e2m3', 'float6e3m2']);

/** `quoted-str`: only the quote and the backslash are escaped. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** `quotable-id`. */
export function identifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !typeWords.has(name) ? name : quoted(name);
}

/** `prim-type`. */
export function elementType(type: DataType): string {
  if (type === 'float32') return 'float';
  return type === 'float64' ? 'double' : type;
}

/** `type`. A tensor without brackets is a scalar, one with empty brackets has an unknown rank. */
export function typeText(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
    case 'sparse-tensor': {
      const dims = type.shape?.map((dim) => (dim === null ? '?' : typeof dim === 'number' ? dim : identifier(dim)));
      const shape = dims?.length === 0 ? '' : `[${dims?.join(',') ?? ''}]`;
      const text = `${elementType(type.dtype)}${shape}`;
      return type.kind === 'tensor' ? text : `sparse_tensor(${text})`;
    }
    case 'sequence': return `seq(${typeText(type.element)})`;
    case 'optional': return `optional(${typeText(type.element)})`;
    case 'map': return `map(${elementType(type.key)}, ${typeText(type.value)})`;
    case 'other': return 'opaque()';
  }
}

/** The shortest decimal number that reads back as the same float32. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value) || value === 0) return float64Text(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return float64Text(short);
  }
  return float64Text(Number(value.toPrecision(9)));
}

export function float64Text(value: number): string {
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? String(value) : specialText(value);
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** A float attribute: with a point, so that it is no integer. */
export function floatAttributeText(value: number): string {
  const text = float32Text(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
