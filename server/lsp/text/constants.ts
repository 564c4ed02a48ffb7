/** Constants of the text view by their value. */

import { constantNodeTensor } from '../../engine/model/constants.ts';
import type { Tensor } from '../../engine/model/tensor.ts';
import type { PrintedModel } from '../../engine/formats/onnx/text/printed-model.ts';
import type { Node } from '../../engine/model/node.ts';
import { nodeOfLine, tokensTo } from './places.ts';

/** The node that makes a value; undefined for inputs and initializers. */
export function makerOf(printed: PrintedModel, value: number): Node | undefined {
  const name = printed.valueNames[value]!;
  return tokensTo(printed, ['definition'], value)
    .map(({ range }) => printed.nodes[nodeOfLine(printed, range.start.line)])
    .find((node) => node?.outputs.includes(name));
}

export function constantOf(printed: PrintedModel, value: number): Tensor | undefined {
  const name = printed.valueNames[value]!;
  const scope = printed.scopes[printed.valueScope[value]!];
  const maker = makerOf(printed, value);
  return maker ? constantNodeTensor(maker) : scope?.graph?.initializers.get(name);
}
