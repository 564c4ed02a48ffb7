/** Fake quantization in standard operators, so that onnxruntime can run a student as it is. */

import { attr } from '../../../model/attribute.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { trainingDomain } from '../../../train/gradients/rules/fake-quantize.ts';

/** A copy of `model` without operators that only training knows. */
export function expandFakeQuantization(model: Model): Model {
  const copy = model.clone();
  copy.opsetImports.delete(trainingDomain);
  const editor = new GraphEditor(copy);
  for (const node of [...copy.graph.nodes]) if (node.domain === trainingDomain) expand(editor, node);
  editor.finish();
  return copy;
}

function expand(editor: GraphEditor, node: Node): void {
  const [x = '', scale = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const beside = besideInput(editor, node, x, scale);
  editor.remove(node);
  const step = (opType: string, inputs: readonly string[]): string => {
    const made = editor.uniqueName(`${output}_${opType.toLowerCase()}`);
    editor.add({ name: '', opType, inputs, outputs: [made] });
    return made;
  };
  const bound = (name: 'lowest' | 'highest'): string =>
    editor.addInitializer(Tensor.from(`${name}_code`, 'float32', [], [node.int(name, 0)]));
  const rounded = step('Round', [step('Div', [x, beside])]);
  const codes = step('Clip', [rounded, bound('lowest'), bound('highest')]);
  editor.add({ name: '', opType: 'Mul', inputs: [codes, beside], outputs: [output] });
}

/** One scale per channel in a shape that broadcasts over the weight. */
function besideInput(editor: GraphEditor, node: Node, weight: string, scale: string): string {
  const axis = node.int('axis');
  const tensor = editor.constants.tensor(weight);
  if (axis === undefined || !tensor) return scale;
  const shape = tensor.dims.map((_, i) => (i === axis ? -1 : 1));
  const dims = editor.addInitializer(Tensor.from('scale_shape', 'int64', [shape.length], shape));
  const made = editor.uniqueName(`${scale}_beside`);
  const attributes = { allowzero: attr.int(0) };
  editor.add({ name: '', opType: 'Reshape', inputs: [scale, dims], outputs: [made], attributes });
  return made;
}
