/** Builds small float networks with random weights, layer by layer, for tests of passes. */

import { attr, type Attribute } from '../../server/engine/model/attribute.ts';
import type { Model } from '../../server/engine/model/model.ts';
import type { NodeFields } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorType } from '../../server/engine/model/types.ts';
import { tensorValue, type Feeds } from '../../server/engine/tensor/tensor-value.ts';
import { Random } from '../../server/engine/util/random.ts';
import { smallModel, type Port } from '../runtime/small-models.ts';

export interface ConvFields {
  readonly kernel?: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** The same before and after, on every axis. */
  readonly pad?: number;
  readonly group?: number;
  readonly bias?: boolean;
  /** Name of a weight made before. */
  readonly weight?: string;
}

export class Network {
  readonly nodes: NodeFields[] = [];
  readonly constants: Tensor[] = [];
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly random: Random;

  constructor(seed = 1) {
    this.random = new Random(seed);
  }

  input(name: string, shape: readonly (number | string)[]): string {
    this.inputs.push([name, shape]);
    return name;
  }

  constant(name: string, dims: readonly number[], deviation = 1, mean = 0): string {
    const size = dims.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, () => mean + deviation * this.random.normal());
    this.constants.push(Tensor.fromBytes(name, 'float32', dims, values));
    return name;
  }

  /** A node called like its output. */
  node(opType: string, output: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    this.nodes.push({ name: output, opType, inputs, outputs: [output], attributes });
    return output;
  }

  /** Weights `${output}.w` and `${output}.b`, of a size that keeps values near one. */
  conv(output: string, input: string, [from, to]: readonly [number, number], fields: ConvFields = {}): string {
    const { kernel = [3, 3], group = 1, bias = true, pad = 1 } = fields;
    const dims = [to, from / group, ...kernel];
    const reduction = dims.slice(1).reduce((a, b) => a * b);
    const weight = fields.weight ?? this.constant(`${output}.w`, dims, Math.sqrt(2 / reduction));
    const inputs = bias ? [input, weight, this.constant(`${output}.b`, [to], 0.2)] : [input, weight];
    return this.node('Conv', output, inputs, {
      kernel_shape: attr.ints(kernel),
      pads: attr.ints([...kernel, ...kernel].map(() => pad)),
      group: attr.int(group),
      ...(fields.strides && { strides: attr.ints(fields.strides) }),
      ...(fields.dilations && { dilations: attr.ints(fields.dilations) }),
    });
  }

  relu(output: string, input: string): string {
    return this.node('Relu', output, [input]);
  }

  clip6(output: string, input: string): string {
    this.constants.push(Tensor.from(`${output}.min`, 'float32', [], [0]));
    this.constants.push(Tensor.from(`${output}.max`, 'float32', [], [6]));
    return this.node('Clip', output, [input, `${output}.min`, `${output}.max`]);
  }

  maxPool(output: string, input: string): string {
    const two = attr.ints([2, 2]);
    return this.node('MaxPool', output, [input], { kernel_shape: two, strides: two });
  }

  gemm(output: string, input: string, [from, to]: readonly [number, number]): string {
    const weight = this.constant(`${output}.w`, [to, from], Math.sqrt(2 / from));
    const bias = this.constant(`${output}.b`, [to], 0.2);
    return this.node('Gemm', output, [input, weight, bias], { transB: attr.int(1) });
  }

  output(name: string, shape: readonly (number | string)[]): void {
    this.outputs.push([name, shape]);
  }

  model(opset = 17): Model {
    const { inputs, outputs, nodes, constants } = this;
    return smallModel({ inputs, outputs, nodes, constants, opset });
  }
}

/** Normal values for every input whose shape is known. */
export function randomFeeds(model: Model, random: Random): Feeds {
  const feeds: [string, Feeds[string]][] = [];
  for (const info of model.graph.feeds()) {
    const dims = (tensorType(info)?.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 1));
    const size = dims.reduce((a, b) => a * b, 1);
    feeds.push([info.name, tensorValue('float32', dims, Float32Array.from({ length: size }, () => random.normal()))]);
  }
  return Object.fromEntries(feeds);
}
