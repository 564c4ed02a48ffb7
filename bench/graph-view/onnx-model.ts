/** A network as a model that the engine can write: an ONNX file of the same size as a real one, with small weights. */

import { attr, type Attribute } from '../../server/engine/model/attribute.ts';
import { Model } from '../../server/engine/model/model.ts';
import { Node } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo } from '../../server/engine/model/types.ts';
import type { Constant, Network } from './network.ts';

export function onnxModel(network: Network): Model {
  const model = new Model();
  model.producerName = 'lathe bench';
  model.opsetImports.set('', 17);
  model.graph.name = network.name;
  model.graph.inputs = network.inputs.map(({ name, type, shape }) => tensorInfo(name, type, shape));
  model.graph.outputs = network.outputs.map(({ name, type, shape }) => tensorInfo(name, type, shape));
  for (const constant of network.constants.values()) model.graph.initializers.set(constant.name, tensorOf(constant));
  for (const { name, opType, inputs, outputs, attributes } of network.operators) {
    const made = Object.entries(attributes).map(([key, value]): [string, Attribute] => (
      [key, typeof value === 'number' ? attr.int(value) : attr.ints(value)]
    ));
    model.graph.nodes.push(new Node({ name, opType, inputs, outputs, attributes: made }));
  }
  return model;
}

/** Made-up weights are the same on every machine. */
function tensorOf({ name, type, shape, values }: Constant): Tensor {
  const count = shape.reduce((product, length) => product * length, 1);
  return Tensor.from(name, type, shape, values ?? Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1) / 4));
}
