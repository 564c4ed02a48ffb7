/** Types and tensors, token by token. */

import type { Tensor } from '../../../model/tensor.ts';
import type { ValueType } from '../../../model/types.ts';
import { elementsText, externalText, inWords, meaningOf, tensorTypeText } from './tensor-text.ts';
import type { TextSink } from './text-sink.ts';
import { typeText } from './words.ts';

const typePart = /"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+|[^"A-Za-z_\d]+/g;

/** A type: its words, its numbers and the names of its dimensions as tokens of their own. */
export function printType(sink: TextSink, type: ValueType): void {
  printTypeText(sink, typeText(type));
}

function printTypeText(sink: TextSink, text: string): void {
  let inShape = false;
  for (const [part] of text.matchAll(typePart)) {
    if (/^\d/.test(part)) sink.token('number', part);
    else if (/^["A-Za-z_]/.test(part)) sink.token(inShape ? 'dimension' : 'type', part);
    else {
      if (part.includes('[')) inShape = true;
      if (part.includes(']')) inShape = false;
      sink.raw(part);
    }
  }
}

/**
 * Type, name and numbers of a tensor, as many as `maxElements`; a longer one has empty braces, and what is in it as a
 * remark.
 *
 * @param printName prints the name of an initializer; attributes have none
 */
export function printTensor(
  sink: TextSink,
  tensor: Tensor,
  maxElements: number,
  printName?: () => void,
): void {
  printTypeText(sink, tensorTypeText(tensor));
  if (printName) {
    sink.raw(' ');
    printName();
    sink.raw(' =');
  }
  sink.raw(' ');
  const external = externalText(tensor);
  if (external) {
    sink.raw('[');
    sink.token('string', external.join(', '));
    sink.raw(']');
    sink.remark(inWords(tensor));
    return;
  }
  const elements = tensor.size <= maxElements ? elementsText(tensor) : undefined;
  sink.raw('{');
  if (elements) sink.token(tensor.dtype === 'string' ? 'string' : 'number', elements.join(', '));
  sink.raw('}');
  const remark = elements ? meaningOf(tensor) : inWords(tensor);
  if (remark !== undefined) sink.remark(remark);
}
