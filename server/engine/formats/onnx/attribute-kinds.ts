/** `AttributeProto.AttributeType`: the number of each kind and the field that holds its value. */

import type { AttributeValue } from '../../model/attribute.ts';
import type { AttributeProto } from './messages.ts';

export type ValuedType = Exclude<AttributeValue['type'], 'reference' | 'none'>;

type ValueKey = Exclude<keyof AttributeProto, 'name' | 'docString' | 'type' | 'refAttrName' | 'unknown'>;

export interface AttributeKind {
  readonly code: number;
  readonly type: ValuedType;
  readonly key: ValueKey;
}

export const attributeKinds: readonly AttributeKind[] = [
  { code: 1, type: 'float', key: 'f' },
  { code: 2, type: 'int', key: 'i' },
  { code: 3, type: 'string', key: 's' },
  { code: 4, type: 'tensor', key: 't' },
  { code: 5, type: 'graph', key: 'g' },
  { code: 6, type: 'floats', key: 'floats' },
  { code: 7, type: 'ints', key: 'ints' },
  { code: 8, type: 'strings', key: 'strings' },
  { code: 9, type: 'tensors', key: 'tensors' },
  { code: 10, type: 'graphs', key: 'graphs' },
  { code: 11, type: 'sparse-tensor', key: 'sparseTensor' },
  { code: 12, type: 'sparse-tensors', key: 'sparseTensors' },
  { code: 13, type: 'type', key: 'tp' },
  { code: 14, type: 'types', key: 'typeProtos' },
];

const codes = new Map(attributeKinds.map(({ type, code }) => [type, code]));

export function attributeCode(type: ValuedType): number {
  return codes.get(type)!;
}

/** The kind of `proto`: by its type, or by the field it fills (IR versions 1 and 2 had no type). */
export function attributeKind(proto: AttributeProto): AttributeKind | undefined {
  if (proto.type) return attributeKinds.find(({ code }) => code === proto.type);
  return attributeKinds.find(({ key }) => proto[key] !== undefined);
}
