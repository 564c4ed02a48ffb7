/** Attributes in the words of the side bar. */

import type { Attribute } from '../../engine/model/attribute.ts';
import type { Graph } from '../../engine/model/graph.ts';
import type { Node } from '../../engine/model/node.ts';
import type { Tensor } from '../../engine/model/tensor.ts';
import { typeText } from '../../engine/model/type-text.ts';
import { inWords } from '../../engine/formats/onnx/text/tensor-text.ts';
import { dataTypeFromCode, isDataTypeCode } from '../../engine/tensor/dtype.ts';
import { plural } from '../../../protocol/words.ts';

/** Longer lists and texts are cut. */
const mostItems = 64;
const mostCharacters = 2000;

/** Attributes that hold the number of an element type. */
const elementTypes: ReadonlySet<string> = new Set(['to', 'dtype', 'output_dtype', 'stash_type', 'output_datatype']);

export function attributeTexts({ attributes }: Node): { name: string; value: string }[] {
  return [...attributes].map(([name, attribute]) => ({ name, value: attributeText(name, attribute) }));
}

function attributeText(name: string, attribute: Attribute): string {
  switch (attribute.type) {
    case 'int': {
      const code = Number(attribute.value);
      const isType = elementTypes.has(name) && isDataTypeCode(code);
      return isType ? `${dataTypeFromCode(code)} (${code})` : String(attribute.value);
    }
    case 'float':
      return number(attribute.value);
    case 'string':
      return text(attribute.value);
    case 'ints':
      return list(attribute.value, String);
    case 'floats':
      return list(attribute.value, number);
    case 'strings':
      return list(attribute.value, text);
    case 'tensor':
      return tensor(attribute.value);
    case 'tensors':
      return list(attribute.value, tensor);
    case 'sparse-tensor':
      return `sparse[${attribute.value.dims.join(',')}]`;
    case 'sparse-tensors':
      return plural(attribute.value.length, 'sparse tensor');
    case 'graph':
      return graph(attribute.value);
    case 'graphs':
      return list(attribute.value, graph);
    case 'type':
      return typeText(attribute.value);
    case 'types':
      return list(attribute.value, typeText);
    case 'reference':
      return `the caller's ${attribute.name}`;
    case 'none':
      return '';
  }
}

/** As many digits as float32 has. */
const number = (value: number): string => String(Number(value.toPrecision(7)));

const tensor = (value: Tensor): string => `${value.dtype}[${value.dims.join(',')}] ${inWords(value)}`;

const graph = ({ nodes }: Graph): string => `graph of ${plural(nodes.length, 'node')}`;

function text(value: string | Uint8Array): string {
  if (typeof value !== 'string') return plural(value.byteLength, 'byte');
  return value.length > mostCharacters ? `${value.slice(0, mostCharacters)}…` : value;
}

function list<T>(items: readonly T[], print: (item: T) => string): string {
  const shown = items.slice(0, mostItems).map(print).join(', ');
  return items.length > mostItems ? `[${shown}, … ${items.length} in all]` : `[${shown}]`;
}
