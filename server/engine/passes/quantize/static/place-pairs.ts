/** Where a plan's pairs come to stand in the graph, whatever is written there. */

import type { GraphEditor } from '../../../model/graph-editor.ts';
import type { Use } from '../../../model/graph-index.ts';
import type { Node } from '../../../model/node.ts';
import { representableRange, type AffineParams, type QuantizedType } from '../../../tensor/affine.ts';
import type { Role } from './operators.ts';
import type { QuantizationPlan } from './plan.ts';

/** One value that is quantized: what goes into the pair, and what comes out. */
export interface PairPlace {
  /** Its name in the float model. */
  readonly value: string;
  /** Values of a group share scale and zero point. */
  readonly group: string;
  /** Of the layers on this side of the pair: what `typeOf` says of them. */
  readonly type: QuantizedType | undefined;
  readonly from: string;
  readonly to: string;
  /** Integer layers that read `to` as one of their data inputs. */
  readonly readers: readonly Node[];
}

/** Removes each clamp whose effect the codes of the QuantizeLinear behind it have anyway. */
export function absorbClamps(
  editor: GraphEditor,
  plan: QuantizationPlan,
  paramsOf: (group: string, producer: Node) => AffineParams,
): void {
  for (const [clamp, { producer, role }] of plan.absorbed) {
    const output = clamp.outputs[0]!;
    const params = paramsOf(plan.groupOf.get(output)!, producer);
    const range = representableRange(params);
    const slack = params.scale / 2;
    if (range.min < role.min - slack || range.max > role.max + slack) continue;
    editor.graph.valueInfos.delete(producer.outputs[0]!);
    producer.outputs[0] = output;
    editor.remove(clamp);
  }
  editor.touch();
}

/**
 * Makes room for a pair on every planned value, and has `write` put one there; where layers of other types read the
 * value, one more for each type.
 *
 * @param typeOf the type that an integer layer computes with, where they differ
 */
export function placePairs(
  editor: GraphEditor,
  plan: QuantizationPlan,
  write: (place: PairPlace) => void,
  typeOf: (node: Node) => QuantizedType | undefined = () => undefined,
): void {
  const { index } = editor;
  const present = [...plan.groupOf].filter(
    ([value]) => index.producer(value) !== undefined || index.uses(value).length > 0,
  );
  const work = present.map(([value, group]) => ({
    value,
    group,
    producer: index.producer(value),
    uses: index.uses(value).filter((use) => readsAsInteger(plan.integer.get(use.node), use.index)),
  }));
  for (const { value, group, producer, uses } of work) {
    const byType = new Map<QuantizedType | undefined, Use[]>();
    for (const use of uses) {
      const type = typeOf(use.node);
      byType.set(type, [...byType.get(type) ?? [], use]);
    }
    const readersOf = (type: QuantizedType | undefined): Node[] => (byType.get(type) ?? []).map(({ node }) => node);
    if (producer && plan.integer.has(producer)) {
      // The pair takes over the value's name, so that all that read it, graph outputs included, read what is left.
      const raw = editor.uniqueName(`${value}_raw`);
      producer.outputs = producer.outputs.map((o) => (o === value ? raw : o));
      const type = typeOf(producer);
      write({ value, group, type, from: raw, to: value, readers: readersOf(type) });
      byType.delete(type);
    }
    for (const [type, readers] of byType) {
      const dequantized = editor.uniqueName(`${value}_dq`);
      write({ value, group, type, from: value, to: dequantized, readers: readersOf(type) });
      for (const use of readers) use.node.inputs[use.index] = dequantized;
    }
  }
  editor.touch();
}

function readsAsInteger(role: Role | undefined, input: number): boolean {
  if (!role) return false;
  return role.kind === 'elementwise' ? role.data.includes(input) : role.data === input;
}
