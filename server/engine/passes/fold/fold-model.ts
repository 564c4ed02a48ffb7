/**
 * Cleaning up the structure of a model without changing what it computes, beyond the rounding of floats: rules run to
 * a fixed point over the main graph and its subgraphs.
 */

import { throwIfCancelled } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { inferShapes } from '../../model/shapes/infer.ts';
import type { LayerAction } from '../pass.ts';
import { raiseIrVersion } from '../opset/ir-version.ts';
import type { FoldOptions } from './fold-options.ts';
import { FoldReport } from './report.ts';
import type { FoldRule } from './rule.ts';
import { affineIntoLayerAfter, affineIntoLayerBefore } from './rules/affine-into-layer.ts';
import { inlineBranches } from './rules/branches.ts';
import { castsInARow } from './rules/casts.ts';
import { constantsToInitializers } from './rules/constant-nodes.ts';
import { constantResults, inferredResults } from './rules/constants.ts';
import { mergeEqualConstants } from './rules/equal-constants.ts';
import { mergeEqualNodes } from './rules/equal-nodes.ts';
import { neutralElements } from './rules/neutral-elements.ts';
import { noOps } from './rules/no-ops.ts';
import { padsIntoLayer } from './rules/pads.ts';
import { reshapesInARow, reshapesToSameShape, squeezePairs } from './rules/reshapes.ts';
import { tieTransposedConstants } from './rules/transposed-constants.ts';
import { transposes } from './rules/transposes.ts';
import { FoldScope } from './scope.ts';

/** In the order in which they are tried at each node. */
const rules: readonly FoldRule[] = [
  constantResults,
  inferredResults,
  noOps,
  neutralElements,
  castsInARow,
  transposes,
  squeezePairs,
  reshapesInARow,
  reshapesToSameShape,
  padsIntoLayer,
  affineIntoLayerBefore,
  affineIntoLayerAfter,
];

const rulesFor = new Map<string, FoldRule[]>();
for (const rule of rules) {
  for (const operator of rule.operators) rulesFor.set(operator, [...(rulesFor.get(operator) ?? []), rule]);
}

export interface Folded {
  readonly model: Model;
  /** The nodes that are gone, and why. */
  readonly layers: readonly LayerAction[];
}

/**
 * `model` with batch norms and constant arithmetic moved into the layers beside them, results of constants computed,
 * nodes that do nothing removed, equal constants and nodes merged, Constant nodes made initializers. Inputs and outputs
 * keep their names, types and shapes (constants that an IR 3 file lists among its inputs are listed no more). Whatever
 * is in doubt stays as it is.
 *
 * @throws LatheError `MODEL_INVALID` for a graph with a cycle; `CANCELLED`
 */
export function foldModel(model: Model, options: FoldOptions = { tieTransposed: false }, signal?: AbortSignal): Folded {
  const folded = model.clone();
  raiseIrVersion(folded, 4);
  constantsToInitializers(folded.graph);
  const report = new FoldReport();
  do {
    const scope = FoldScope.of(folded, report);
    scope.setTypes(inferShapes(folded));
    runRules(scope, signal);
    while (mergeEqual(scope, signal)) runRules(scope, signal);
    if (options.tieTransposed) tieTransposedConstants(scope);
    scope.close();
  } while (inlineBranches(folded, report));
  return { model: folded, layers: report.layers };
}

function mergeEqual(scope: FoldScope, signal?: AbortSignal): boolean {
  throwIfCancelled(signal);
  const constants = mergeEqualConstants(scope);
  return mergeEqualNodes(scope) || constants;
}

/** Applies the rules until none finds anything. */
function runRules(scope: FoldScope, signal?: AbortSignal): void {
  let changed = true;
  while (changed) {
    throwIfCancelled(signal);
    changed = false;
    for (const inner of scope.all()) {
      for (const node of [...inner.graph.nodes]) changed = applyRules(node, inner) || changed;
    }
  }
}

function applyRules(node: Node, scope: FoldScope): boolean {
  if (!scope.isHere(node)) return false;
  if (scope.removeUnused(node)) return true;
  if (!node.is(node.opType)) return false;
  let changed = false;
  for (const rule of rulesFor.get(node.opType) ?? []) {
    if (scope.isHere(node) && rule.operators.includes(node.opType)) changed = rule.apply(node, scope) || changed;
  }
  return changed;
}
