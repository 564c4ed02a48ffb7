/** Where a network's answer is, in the form that losses want: scores with the classes last, or outputs as such. */

import { LatheError } from '../../errors.ts';
import { attr } from '../../model/attribute.ts';
import { removeDead } from '../../model/dead-code.ts';
import { GraphEditor } from '../../model/graph-editor.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { tensorType } from '../../model/types.ts';
import { isFloatType } from '../../tensor/dtype.ts';

/** A value that a loss is measured at. */
export type Head =
  /** Scores before the softmax. */
  | { readonly kind: 'scores'; readonly value: string; readonly axis: number | undefined }
  /** Outputs of any meaning. */
  | { readonly kind: 'outputs'; readonly values: readonly string[] };

/** Operators that only arrange numbers. */
const arranging: ReadonlySet<string> = new Set([
  'Identity', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout',
]);

/** Operators whose results are no scores: what is between 0 and 1 already is compared as it is. */
const closing: ReadonlySet<string> = new Set(['Sigmoid', 'HardSigmoid', 'Tanh']);

/**
 * The scores of a model with one floating-point output, be they behind a softmax or not; else its outputs.
 *
 * @param results outputs that are answers, not state
 * @throws LatheError `UNSUPPORTED` for a model without floating-point outputs
 */
export function findHead(model: Model, results: readonly string[]): Head {
  const floats = model.graph.outputs.filter((output) => {
    const type = tensorType(output);
    return results.includes(output.name) && (!type || isFloatType(type.dtype));
  }).map(({ name }) => name);
  const [output, second] = floats;
  if (output === undefined) {
    throw new LatheError('UNSUPPORTED', 'The model has no floating-point output to learn from.');
  }
  if (second !== undefined) return { kind: 'outputs', values: floats };
  const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let maker = makers.get(output);
  while (maker && arranging.has(maker.opType)) maker = makers.get(maker.inputs[0]!);
  if (maker?.is('Softmax', 'LogSoftmax')) {
    return { kind: 'scores', value: maker.inputs[0]!, axis: softmaxAxis(maker, model.opset) };
  }
  if (maker && closing.has(maker.opType)) return { kind: 'outputs', values: floats };
  return { kind: 'scores', value: output, axis: undefined };
}

function softmaxAxis(node: Node, opset: number): number {
  return node.int('axis', opset < 13 ? 1 : -1);
}

/**
 * `model` with values to measure losses at in place of its outputs: named `names`, classes last.
 *
 * @param dims the head's value for a batch of one
 */
export function withHead(
  model: Model,
  head: Head,
  dims: readonly number[],
  name: string,
): { readonly model: Model; readonly values: readonly string[] } {
  const copy = model.clone();
  const editor = new GraphEditor(copy);
  const values = head.kind === 'outputs' ? head.values : [classesLast(editor, head, dims, name)];
  copy.graph.outputs = values.map((value) => ({ name: value }));
  removeDead(copy.graph, copy.irVersion);
  return { model: copy, values };
}

/** Whether the head's value is scores of more than one class, and not an image or a sequence of features. */
export function isScores(head: Head, dims: readonly number[]): head is Head & { readonly kind: 'scores' } {
  if (head.kind === 'outputs') return false;
  const long = dims.slice(1).filter((length) => length !== 1).length;
  return head.axis === undefined ? long === 1 || (long === 2 && dims.length === 3) : long >= 1;
}

function classesLast(
  editor: GraphEditor,
  { value, axis }: Head & { readonly kind: 'scores' },
  dims: readonly number[],
  name: string,
): string {
  const output = editor.uniqueName(name);
  if (dims.slice(1).filter((length) => length !== 1).length <= 1) {
    if (dims.length === 2) return value;
    editor.add({ opType: 'Flatten', inputs: [value], outputs: [output], attributes: { axis: attr.int(1) } });
    return output;
  }
  const rank = dims.length;
  const at = ((axis ?? -1) + rank) % rank;
  if (at === rank - 1) return value;
  const perm = [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== at), at];
  editor.add({ opType: 'Transpose', inputs: [value], outputs: [output], attributes: { perm: attr.ints(perm) } });
  return output;
}
