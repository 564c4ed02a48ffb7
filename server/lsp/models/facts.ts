/** What the side bar says of a model as a whole. */

import { statSync } from 'node:fs';
import type { ModelFacts, TensorType } from '../../../protocol/model.ts';
import { bytesByType, producerOf, totalMacs } from '../../engine/analysis/cost.ts';
import { typeText } from '../../engine/model/type-text.ts';
import type { ValueInfo } from '../../engine/model/types.ts';
import { externalBytes } from '../../engine/recipe/inspect.ts';
import type { LoadedModel } from './loaded-model.ts';

/** With what follows from shapes. */
export function modelFacts(loaded: LoadedModel): ModelFacts {
  const { model, types, costs } = loaded;
  const named = ({ name }: ValueInfo): TensorType => ({ name, type: typeText(types.get(name)) });
  return {
    ...firstFacts(loaded),
    parameters: costs.parameters,
    macs: totalMacs(costs) ?? null,
    bytesByType: bytesByType(model),
    inputs: model.graph.feeds().map(named),
    outputs: model.graph.outputs.map(named),
  };
}

/** What a large model is shown with at first: as the file says it, nothing counted. */
export function firstFacts({ model, path }: LoadedModel): ModelFacts {
  const declared = ({ name, type }: ValueInfo): TensorType => ({ name, type: typeText(type) });
  return {
    format: 'ONNX',
    sizeBytes: statSync(path).size + externalBytes(model),
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsetImports),
    producer: producerOf(model) ?? null,
    parameters: null,
    macs: null,
    bytesByType: {},
    inputs: model.graph.feeds().map(declared),
    outputs: model.graph.outputs.map(declared),
    metadata: Object.fromEntries(model.metadata ?? []),
  };
}
