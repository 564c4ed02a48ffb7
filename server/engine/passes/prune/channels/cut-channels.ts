/** Removes channels: every constant that holds them gets shorter, everything that counts them is corrected. */

import { attr } from '../../../model/attribute.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import { Tensor } from '../../../model/tensor.ts';
import { bitsPerElement } from '../../../tensor/dtype.ts';
import type { Axis } from './channel-classes.ts';
import type { ChannelTracker, CountEdit } from './tracker.ts';

/**
 * The model without the classes in `removed`.
 *
 * @param tracker of the model to cut, which stays as it is
 * @param replaced tensors with other numbers (of the old shapes) to cut in place of the model's own, by name
 */
export function cutChannels(
  tracker: ChannelTracker,
  removed: ReadonlySet<number>,
  replaced: ReadonlyMap<string, Tensor> = new Map(),
): Model {
  const model = tracker.model.clone();
  const editor = new GraphEditor(model);
  const stays = (element: number): boolean => !removed.has(tracker.classes.find(element));
  const nodes = new Map(tracker.model.graph.nodes.map((node, i) => [node, model.graph.nodes[i]!]));
  for (const edit of tracker.edits) {
    const left = count(edit.axis, stays);
    if (left !== edit.axis.length) correct(editor, { ...edit, node: nodes.get(edit.node)! }, left);
  }
  for (const [value, axes] of tracker.tracked()) {
    const kept = axes.map((axis) => keptIndices(axis, stays));
    if (kept.every((indices) => indices === undefined)) continue;
    const tensor = replaced.get(value) ?? tracker.constant(value);
    if (tensor) editor.replaceConstant(value, taken(tensor, kept));
    // The declared shape is that of before.
    else model.graph.valueInfos.delete(value);
  }
  for (const [value, tensor] of replaced) {
    if (editor.constants.tensor(value)?.size === tensor.size) editor.replaceConstant(value, tensor);
  }
  editor.finish();
  return model;
}

function count(axis: Int32Array, stays: (element: number) => boolean): number {
  let left = 0;
  for (const element of axis) if (stays(element)) left += 1;
  return left;
}

/** undefined where all stay. */
function keptIndices(axis: Axis, stays: (element: number) => boolean): Int32Array | undefined {
  if (!axis) return undefined;
  const kept = new Int32Array(axis.length);
  let length = 0;
  for (let i = 0; i < axis.length; i++) if (stays(axis[i]!)) kept[length++] = i;
  return length === axis.length ? undefined : kept.subarray(0, length);
}

function correct(editor: GraphEditor, { node, place }: CountEdit, left: number): void {
  if (place.kind === 'attribute') {
    const { name, element } = place;
    if (element === undefined) node.attributes.set(name, attr.int(left));
    else node.attributes.set(name, attr.ints(node.ints(name)!.with(element, left)));
    return;
  }
  // The constant may serve other nodes as well, so this node gets its own.
  const tensor = editor.constants.tensor(node.input(place.input))!;
  const values = tensor.toNumbers().with(place.element, left);
  const own = Tensor.from(`${node.label}_${place.input}`, tensor.dtype, tensor.dims, values);
  editor.setInput({ node, index: place.input }, editor.addInitializer(own));
}

/** The elements of `tensor` at the kept indices of each axis; an absent list keeps the whole axis. */
export function taken(tensor: Tensor, kept: readonly (Int32Array | undefined)[]): Tensor {
  const width = bitsPerElement(tensor.dtype) / 8;
  let bytes = tensor.bytes();
  const dims = [...tensor.dims];
  for (const [axis, indices] of kept.entries()) {
    if (!indices) continue;
    const inner = dims.slice(axis + 1).reduce((a, b) => a * b, width);
    const outer = dims.slice(0, axis).reduce((a, b) => a * b, 1);
    const length = dims[axis]!;
    const result = new Uint8Array(outer * indices.length * inner);
    let at = 0;
    for (let i = 0; i < outer; i++) {
      for (const index of indices) {
        const start = (i * length + index) * inner;
        result.set(bytes.subarray(start, start + inner), at);
        at += inner;
      }
    }
    bytes = result;
    dims[axis] = indices.length;
  }
  return Tensor.fromBytes(tensor.name, tensor.dtype, dims, bytes);
}
