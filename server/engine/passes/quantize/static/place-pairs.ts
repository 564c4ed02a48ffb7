/** Where a plan's pairs come to stand in the graph, whatever is written there. */

import type { GraphEditor } from '../../../model/graph-editor.ts';
import type { Node } from '../../../model/node.ts';
import { representableRange, type AffineParams } from '../../../tensor/affine.ts';
import type { Role } from './operators.ts';
import type { QuantizationPlan } from './plan.ts';

/** One value that is quantized: what goes into the pair, and what comes out. */
export interface PairPlace {
  /** Its name in the float model. */
  readonly value: string;
  /** Values of a group share scale and zero point. */
  readonly group: string;
  readonly from: string;
  readonly to: string;
  /** Integer layers that read `to` as one of their data inputs. */
  readonly readers: readonly Node[];
}

/** Removes each clamp whose effect the codes of the QuantizeLinear behind it have anyway. */
export function absorbClamps(
  editor: GraphEditor,
  plan: QuantizationPlan,
  paramsOf: (group: string) => AffineParams,
): void {
  for (const [clamp, { producer, role }] of plan.absorbed) {
    const output = clamp.outputs[0]!;
    const params = paramsOf(plan.groupOf.get(output)!);
    const range = representableRange(params);
    const slack = params.scale / 2;
    if (range.min < role.min - slack || range.max > role.max + slack) continue;
    editor.graph.valueInfos.delete(producer.outputs[0]!);
    producer.outputs[0] = output;
    editor.remove(clamp);
  }
  editor.touch();
}

/** Makes room for a pair on every planned value, and has `write` put one there. */
export function placePairs(editor: GraphEditor, plan: QuantizationPlan, write: (place: PairPlace) => void): void {
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
    const readers = uses.map(({ node }) => node);
    if (producer && plan.integer.has(producer)) {
      // The pair takes over the value's name, so that all that read it, graph outputs included, read what is left.
      const raw = editor.uniqueName(`${value}_raw`);
      producer.outputs = producer.outputs.map((o) => (o === value ? raw : o));
      write({ value, group, from: raw, to: value, readers });
    } else if (uses.length > 0) {
      const dequantized = editor.uniqueName(`${value}_dq`);
      write({ value, group, from: value, to: dequantized, readers });
      for (const use of uses) use.node.inputs[use.index] = dequantized;
    }
  }
  editor.touch();
}

function readsAsInteger(role: Role | undefined, input: number): boolean {
  if (!role) return false;
  return role.kind === 'elementwise' ? role.data.includes(input) : role.data === input;
}
