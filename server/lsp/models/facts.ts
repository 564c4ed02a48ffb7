/** What the side bar says of a model as a whole. */

import { statSync } from 'node:fs';
import type { ModelFacts, TensorType } from '../../../protocol/model.ts';
import { bytesByType, producerOf, totalMacs } from '../../engine/analysis/cost.ts';
import { typeText } from '../../engine/model/type-text.ts';
import type { ValueInfo } from '../../engine/model/types.ts';
import { externalBytes } from '../../engine/recipe/inspect.ts';
import type { LoadedModel } from './loaded-model.ts';

export function modelFacts({ model, path, types, costs }: LoadedModel): ModelFacts {
  const named = ({ name }: ValueInfo): TensorType => ({ name, type: typeText(types.get(name)) });
  return {
    format: 'ONNX',
    sizeBytes: statSync(path).size + externalBytes(model),
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsetImports),
    producer: producerOf(model) ?? null,
    parameters: costs.parameters,
    macs: totalMacs(costs) ?? null,
    bytesByType: bytesByType(model),
    inputs: model.graph.feeds().map(named),
    outputs: model.graph.outputs.map(named),
    metadata: Object.fromEntries(model.metadata ?? []),
  };
}
