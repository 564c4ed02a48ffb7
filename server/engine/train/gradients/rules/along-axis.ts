/** A linear map of known numbers along one axis: what resizing and most kinds of padding are. */

import { Tensor } from '../../../model/tensor.ts';
import type { GraphBuilder } from '../graph-builder.ts';

/** Row-major [outputs, inputs]. */
export interface AxisMatrix {
  readonly outputs: number;
  readonly inputs: number;
  readonly values: Float64Array;
}

/** Sums element i into element `sources[i]` of `outputs`: the way back of copying from there. */
export function sourceMatrix(sources: readonly number[], outputs: number): AxisMatrix {
  const values = new Float64Array(outputs * sources.length);
  sources.forEach((source, i) => (values[source * sources.length + i]! += 1));
  return { outputs, inputs: sources.length, values };
}

export function transposed({ outputs, inputs, values }: AxisMatrix): AxisMatrix {
  const turned = new Float64Array(values.length);
  for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) turned[i * outputs + o] = values[o * inputs + i]!;
  return { outputs: inputs, inputs: outputs, values: turned };
}

/** The matrix times every line of `value` along `axis`. */
export function alongAxis(g: GraphBuilder, value: string, axis: number, matrix: AxisMatrix): string {
  const dims = g.dims(value);
  const { outputs, inputs } = matrix;
  const result = dims.map((length, i) => (i === axis ? outputs : length));
  const before = dims.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const weights = ({ outputs: rows, inputs: columns, values }: AxisMatrix): string =>
    g.tensor(Tensor.from('axis_map', g.dtype(value), [rows, columns], values));
  const product = after === 1
    ? g.emit('MatMul', [g.reshape(value, [before, inputs]), weights(transposed(matrix))])
    : g.emit('MatMul', [weights(matrix), g.reshape(value, [before, inputs, after])]);
  return g.reshape(product, result);
}
