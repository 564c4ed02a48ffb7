/** The copy of a model that is trained: of fixed shapes, in a new operator set, with its weights as initializers. */

import { LatheError } from '../errors.ts';
import { constantNodeTensor } from '../model/constants.ts';
import type { Model } from '../model/model.ts';
import { staticShape, tensorInfo, tensorType, type Dim, type ValueInfo } from '../model/types.ts';
import { liftOpset } from '../passes/opset/lift-opset.ts';
import type { TrainerOptions } from './trainer-options.ts';

/** What emitted nodes are written in: reductions take their axes as inputs, ScatterND adds. */
const lowestOpset = 18;

/** @throws LatheError `UNSUPPORTED` for an input whose shape stays open, or an operator set that cannot be lifted */
export function trainingModel(options: Pick<TrainerOptions, 'model' | 'batch' | 'shapes'>): Model {
  const given = options.model;
  const model = given.opset < lowestOpset ? liftOpset(given, 21) : given.clone();
  const { graph } = model;
  hoistConstants(model);
  // Up to IR 3 initializers are listed as inputs, and later they may be: neither is fed.
  graph.inputs = graph.inputs
    .filter(({ name }) => !graph.initializers.has(name))
    .map((info) => fixedInput(info, options.batch, options.shapes?.[info.name]));
  // What is declared holds for an open batch.
  graph.valueInfos = new Map();
  graph.outputs = graph.outputs.map(({ name }) => ({ name }));
  return model;
}

function fixedInput(info: ValueInfo, batch: number, fixed: readonly Dim[] | undefined): ValueInfo {
  const type = tensorType(info);
  const shape = fixed ?? type?.shape?.map((dim, axis) => (axis === 0 && typeof dim !== 'number' ? batch : dim));
  const dims = staticShape(shape);
  if (type && dims) return tensorInfo(info.name, type.dtype, dims);
  throw new LatheError('UNSUPPORTED', `The shape of input "${info.name}" is open, and training needs fixed shapes.`, {
    fix: 'Say which shape the input has.',
    at: { value: info.name },
  });
}

/** Some exporters write weights as Constant nodes. */
function hoistConstants({ graph }: Model): void {
  graph.nodes = graph.nodes.filter((node) => {
    const tensor = constantNodeTensor(node);
    if (tensor?.dtype !== 'float32' || tensor.size < 2) return true;
    graph.initializers.set(node.outputs[0]!, tensor.withName(node.outputs[0]!));
    return false;
  });
}
