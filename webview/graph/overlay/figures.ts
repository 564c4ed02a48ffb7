/** Overlays that came by name, laid on the nodes of this model. */

import type { Overlay } from '../../../protocol/graph/overlay.ts';
import type { NodeFigures } from './built-in.ts';

/** Figures of names that the model does not have are left out; `find` gives -1 for them. */
export function figuresOf(overlay: Overlay, nodeCount: number, find: (name: string) => number): NodeFigures {
  const { values: byName, notes, thresholds, ...measure } = overlay;
  const values = new Float64Array(nodeCount).fill(NaN);
  for (const [name, value] of Object.entries(byName)) {
    const node = find(name);
    if (node >= 0) values[node] = value;
  }
  const byNode = new Map<number, string>();
  for (const [name, note] of Object.entries(notes ?? {})) {
    const node = find(name);
    if (node >= 0) byNode.set(node, note);
  }
  return { ...measure, values, ...(thresholds && { thresholds }), ...(byNode.size > 0 && { notes: byNode }) };
}

/** How many nodes have a figure. */
export function coverage({ values }: NodeFigures): number {
  let count = 0;
  for (let n = 0; n < values.length; n++) if (!Number.isNaN(values[n]!)) count++;
  return count;
}
