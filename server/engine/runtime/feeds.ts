/**
 * Checks what is fed before it is sent: onnxruntime ignores names that it does not know, and most of its messages do
 * not say which input they are about.
 */

import { LatheError } from '../errors.ts';
import { describeType, tensorValueProblem, type Feeds, type TensorValue } from '../tensor/tensor-value.ts';
import type { ValueMeta } from './protocol.ts';

/**
 * Throws `RUNTIME` where `feeds` do not fit.
 *
 * @param sessions the inputs of each session that will run on `feeds`: an input of one may be unknown to another.
 *   Inputs of unknown type are not checked
 */
export function checkFeeds(sessions: readonly (readonly ValueMeta[])[], feeds: Feeds): void {
  const known = new Set<string>();
  for (const inputs of sessions) {
    for (const input of inputs) {
      const value = feeds[input.name];
      if (!value) throw refusal(input.name, `The model's input "${input.name}" is missing.`);
      checkValue(input, value);
      known.add(input.name);
    }
  }
  for (const name of Object.keys(feeds)) {
    if (known.has(name)) continue;
    throw refusal(name, `The model has no input "${name}".`, `Its inputs are: ${[...known].join(', ')}.`);
  }
}

function checkValue({ name, dtype, shape }: ValueMeta, value: TensorValue): void {
  const problem = tensorValueProblem(value);
  if (problem) throw refusal(name, `The data for input "${name}" ${problem}.`);
  const fits =
    (dtype === undefined || dtype === value.dtype) &&
    (shape === undefined ||
      (shape.length === value.dims.length &&
        shape.every((dim, i) => typeof dim !== 'number' || dim === value.dims[i])));
  if (fits) return;
  const wanted = describeType(dtype, shape);
  throw refusal(name, `The input "${name}" is ${wanted}, but the data are ${describeType(value.dtype, value.dims)}.`);
}

function refusal(value: string, message: string, fix?: string): LatheError {
  return new LatheError('RUNTIME', message, { at: { value }, ...(fix !== undefined && { fix }) });
}
