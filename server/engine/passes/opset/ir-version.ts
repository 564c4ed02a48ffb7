/** IR versions: which one an opset needs, and what changes in a model's meaning when the number is raised. */

import type { Model } from '../../model/model.ts';

/** The IR version that was current when an opset came out, from the first opset that has it (ONNX `Versioning.md`). */
const irVersionFrom: readonly (readonly [opset: number, irVersion: number])[] = [
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
  [10, 5],
  [9, 4],
];

/** The IR version that a model of standard opset `opset` has at least. */
export function irVersionFor(opset: number): number {
  return irVersionFrom.find(([from]) => opset >= from)?.[1] ?? 3;
}

/**
 * Raises the IR version of `model` to `version`, in place; does nothing when it is there already.
 *
 * Up to IR 3 every initializer is listed among the graph's inputs and is a constant nevertheless; from IR 4 on such a
 * listing makes it a default that callers may override. So the listings go when the line is crossed.
 */
export function raiseIrVersion(model: Model, version: number): void {
  if (model.irVersion >= version) return;
  if (model.irVersion < 4 && version >= 4) {
    const { graph } = model;
    graph.inputs = graph.inputs.filter(({ name }) => !isDefault(model, name));
  }
  model.irVersion = version;
}

function isDefault({ graph }: Model, name: string): boolean {
  return graph.initializers.has(name) || graph.sparseInitializers.has(name);
}
