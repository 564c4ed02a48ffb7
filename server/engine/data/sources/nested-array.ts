/** Constants of a data file: a number, or nested lists of numbers, as a tensor for an input. */

import { LatheError } from '../../errors.ts';
import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { elementCount } from '../../tensor/dtype.ts';
import { staticShape } from '../../model/types.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { ModelInput } from '../dataset.ts';
import type { Nested } from '../source-schema.ts';

/**
 * A single number fills the whole of an input whose shape is fixed; lists give the shape themselves.
 *
 * @throws LatheError `DATA` for lists of different lengths, or a shape that is not the input's
 */
export function constantFor(input: ModelInput, nested: Nested): TensorValue {
  const dims: number[] = [];
  for (let level = nested; Array.isArray(level); level = (level as readonly Nested[])[0] ?? 0) dims.push(level.length);
  const numbers: number[] = [];
  flatten(nested, dims, 0, numbers, input.name);
  const filled = dims.length === 0 ? staticShape(input.shape) : undefined;
  const shape = filled ?? dims;
  const values = filled ? new Array<number>(elementCount(filled)).fill(numbers[0]!) : numbers;
  const wanted = input.shape ?? shape;
  if (wanted.length !== shape.length || wanted.some((dim, i) => typeof dim === 'number' && dim !== shape[i])) {
    throw new LatheError('DATA', `The constant for "${input.name}" has the shape [${shape.join(', ')}].`, {
      fix: `The input has the shape [${wanted.map((dim) => dim ?? '?').join(', ')}].`,
    });
  }
  const data = nativeView(input.dtype, fromNumbers(input.dtype, values), values.length);
  return { dtype: input.dtype, dims: shape, data };
}

function flatten(nested: Nested, dims: readonly number[], axis: number, out: number[], name: string): void {
  const length = dims[axis];
  if (typeof nested === 'number') {
    if (length !== undefined) throw ragged(name);
    out.push(nested);
    return;
  }
  if (nested.length !== length) throw ragged(name);
  for (const item of nested) flatten(item, dims, axis + 1, out, name);
}

function ragged(name: string): LatheError {
  return new LatheError('DATA', `The lists of the constant "${name}" have different lengths.`, {
    fix: 'All lists of one level need the same length.',
  });
}
