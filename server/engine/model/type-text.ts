/** Types of values as people write them: "float32[1,3,224,224]". */

import type { ValueType } from './types.ts';

/** Unknown lengths are "?", an unknown rank is left out; empty when nothing is known. */
export function typeText(type: ValueType | undefined): string {
  if (!type) return '';
  switch (type.kind) {
    case 'tensor':
    case 'sparse-tensor': {
      const dtype = type.dtype === 'undefined' ? '?' : type.dtype;
      const shape = type.shape ? `[${type.shape.map((dim) => dim ?? '?').join(',')}]` : '';
      if (dtype === '?' && shape === '') return '';
      return type.kind === 'tensor' ? `${dtype}${shape}` : `sparse(${dtype}${shape})`;
    }
    case 'sequence':
    case 'optional':
      return `${type.kind}(${typeText(type.element) || '?'})`;
    case 'map':
      return `map(${type.key}, ${typeText(type.value) || '?'})`;
    case 'other':
      return type.denotation ?? 'opaque';
  }
}
