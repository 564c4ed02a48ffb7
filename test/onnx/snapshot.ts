/** Models as plain data, so that two can be compared whole. */

import { createHash } from 'node:crypto';
import type { Model } from '../../server/engine/model/model.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';

/** Everything in `model` but where it came from; the numbers of tensors as a digest, whatever keeps them. */
export function snapshot(model: Model): unknown {
  const copy = model.clone();
  copy.path = undefined;
  return plain(copy);
}

export function plain(value: unknown): unknown {
  if (value instanceof Tensor) return tensor(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : value;
  if (value instanceof Map) return Array.from(value, ([key, entry]) => [plain(key), plain(entry)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, plain(entry)]),
  );
}

function tensor({ name, dtype, dims, strings, storage, docString, metadata, unknown }: Tensor): unknown {
  const digest = createHash('sha256').update(storage.read()).digest('hex');
  return plain({ name, dtype, dims, strings, digest, docString, metadata, unknown });
}
