/** Constants of the same type, shape and bytes are stored once: tied weights, scalars that exporters repeat. */

import type { Tensor } from '../../../model/tensor.ts';
import type { FoldScope } from '../scope.ts';

/** Tensors may be larger than memory: they are compared in parts of this size. */
const chunkBytes = 1 << 20;

/** Merges what a scope has twice, or once again though a scope around it has it; returns whether anything changed. */
export function mergeEqualConstants(scope: FoldScope): boolean {
  let changed = false;
  for (const inner of scope.all()) changed = mergeIn(inner) || changed;
  return changed;
}

function mergeIn(scope: FoldScope): boolean {
  const kept = new Map<string, { readonly name: string; readonly tensor: Tensor }[]>();
  let changed = false;
  for (const { name, tensor, isLocal } of visibleConstants(scope)) {
    const key = fingerprint(tensor);
    const alike = kept.get(key) ?? [];
    kept.set(key, alike);
    const same = alike.find((other) => isSame(other.tensor, tensor));
    if (!same) alike.push({ name, tensor });
    else if (isLocal && same.name !== name) changed = scope.replace(name, same.name) || changed;
  }
  return changed;
}

/** Outer constants first, so that they are the ones to stay. */
function* visibleConstants(scope: FoldScope): Generator<{ name: string; tensor: Tensor; isLocal: boolean }> {
  const chain: FoldScope[] = [];
  for (let at: FoldScope | undefined = scope; at; at = at.parent) chain.unshift(at);
  for (const owner of chain) {
    for (const [name, tensor] of owner.ownConstants()) {
      if (!owner.isUnused(name) && scope.constant(name) === tensor) yield { name, tensor, isLocal: owner === scope };
    }
  }
}

/** Type, shape and a few bytes from all over: what differs differs here almost always. */
function fingerprint(tensor: Tensor): string {
  const head = `${tensor.dtype} ${tensor.dims.join(',')} `;
  if (tensor.dtype === 'string') return head;
  const { byteLength } = tensor;
  if (byteLength <= 64) return head + Buffer.from(tensor.bytes().subarray(0, byteLength)).toString('hex');
  let samples = '';
  for (let i = 0; i < 8; i++) {
    const at = Math.floor((i * (byteLength - 4)) / 7);
    samples += Buffer.from(tensor.storage.read(at, at + 4)).toString('hex');
  }
  return head + samples;
}

function isSame(a: Tensor, b: Tensor): boolean {
  if (a.storage === b.storage) return true;
  if (a.dtype === 'string') return sameStrings(a.strings ?? [], b.strings ?? []);
  for (let at = 0; at < a.byteLength; at += chunkBytes) {
    const end = Math.min(at + chunkBytes, a.byteLength);
    if (Buffer.compare(a.storage.read(at, end), b.storage.read(at, end)) !== 0) return false;
  }
  return true;
}

function sameStrings(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((text, i) => Buffer.compare(text, b[i]!) === 0);
}
