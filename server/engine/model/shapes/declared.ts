/** The types that a file declares for its values, and how they meet the inferred ones. */

import type { Dim, TensorType, ValueType } from '../types.ts';
import { bothDims, type Shape } from './dims.ts';
import { Known } from './known.ts';
import { shapeText } from './node-facts.ts';

/** Symbols that exporters write for "not known": taken literally they would make all such dimensions equal. */
const placeholders: ReadonlySet<string> = new Set(['', '?', '-1', 'None', 'none', 'null', 'unk', 'unknown', 'dynamic']);

/** How to read declared dimensions in one scope. */
export interface SymbolTable {
  /** Numbers that fed shapes give to symbols; `null` for one that was given two. */
  readonly bound: ReadonlyMap<string, Dim>;
  /** The symbols that mean something here; undefined: all of them. */
  readonly allowed?: ReadonlySet<string> | undefined;
  /** Drops all shapes: the fed shapes contradict the declared ones, so what was declared for inner values is stale. */
  readonly dtypesOnly?: boolean;
}

function readDim(dim: Dim, symbols: SymbolTable): Dim {
  // Zero is how some exporters write "not known"; an empty tensor is inferred anyway where it is one.
  if (typeof dim === 'number') return dim > 0 ? dim : null;
  if (dim === null || placeholders.has(dim)) return null;
  if (symbols.bound.has(dim)) return symbols.bound.get(dim)!;
  return symbols.allowed && !symbols.allowed.has(dim) ? null : dim;
}

/** A declared type in the terms of a scope. */
export function readDeclared(type: ValueType | undefined, symbols: SymbolTable): ValueType | undefined {
  switch (type?.kind) {
    case undefined:
      return undefined;
    case 'tensor':
    case 'sparse-tensor': {
      const { shape, ...rest } = type;
      if (!shape || symbols.dtypesOnly) return rest;
      return { ...rest, shape: shape.map((dim) => readDim(dim, symbols)) };
    }
    case 'sequence':
    case 'optional': {
      const element = readDeclared(type.element, symbols);
      return element && { ...type, element };
    }
    case 'map':
      return type;
    // Mostly types that an exporter left empty.
    case 'other':
      return undefined;
  }
}

/**
 * What is known when a value is inferred and declared: the more telling of both. A declared number gives way to an
 * inferred symbol (models traced with a batch of 1 declare that 1 all over). Where two numbers contradict each other
 * neither is certain, so the dimension is unknown.
 *
 * @param conflict told what contradicts what
 */
export function withDeclared(
  inferred: Known | undefined,
  declared: ValueType | undefined,
  conflict: (message: string) => void,
): Known | undefined {
  if (!declared) return inferred;
  if (!inferred) return hasContent(declared) ? new Known(declared) : undefined;
  const type = inferred.type;
  if (type.kind !== 'tensor' || declared.kind !== 'tensor') {
    return type.kind === declared.kind ? inferred : mismatch(inferred, declared, conflict);
  }
  const merged = mergedTensor(type, declared, conflict);
  return merged === type ? inferred : inferred.withType(merged);
}

function hasContent(type: ValueType): boolean {
  return type.kind !== 'tensor' || type.dtype !== 'undefined' || type.shape !== undefined;
}

function mismatch(inferred: Known, declared: ValueType, conflict: (message: string) => void): Known | undefined {
  // Unknown element types are all that a tensor of no known type and shape can be confused with.
  if (inferred.type.kind === 'tensor' && !hasContent(inferred.type)) return new Known(declared);
  conflict(`is declared as ${declared.kind} but is ${inferred.type.kind}`);
  return undefined;
}

function mergedTensor(inferred: TensorType, declared: TensorType, conflict: (message: string) => void): TensorType {
  let dtype = inferred.dtype;
  if (dtype === 'undefined') dtype = declared.dtype;
  else if (declared.dtype !== 'undefined' && declared.dtype !== dtype) {
    conflict(`is declared as ${declared.dtype} but is ${dtype}`);
    dtype = 'undefined';
  }
  const shape = mergedShape(inferred.shape, declared.shape, conflict);
  const denoted = declared.dimDenotations ?? declared.denotation;
  if (dtype === inferred.dtype && shape === inferred.shape && denoted === undefined) return inferred;
  return {
    kind: 'tensor',
    dtype,
    ...(shape && { shape }),
    ...(declared.dimDenotations && { dimDenotations: declared.dimDenotations }),
    ...(declared.denotation !== undefined && { denotation: declared.denotation }),
  };
}

function mergedShape(
  inferred: Shape | undefined,
  declared: Shape | undefined,
  conflict: (message: string) => void,
): Shape | undefined {
  if (!inferred || !declared) return inferred ?? declared;
  const contradiction = (): void => conflict(`is declared as ${shapeText(declared)} but is ${shapeText(inferred)}`);
  if (inferred.length !== declared.length) {
    contradiction();
    return undefined;
  }
  const merged = inferred.map((dim, i) => (typeof dim === 'string' ? dim : bothDims(dim, declared[i])));
  if (merged.some((dim, i) => dim === null && inferred[i] !== null)) contradiction();
  return merged.every((dim, i) => dim === inferred[i]) ? inferred : merged;
}

/**
 * Numbers that fed shapes give to the symbols of the inputs' declared shapes, and whether a fed number contradicts a
 * declared one.
 */
export function bindSymbols(
  inputs: readonly { readonly declared: Shape; readonly fed: Shape }[],
): { readonly bound: ReadonlyMap<string, Dim>; readonly contradicts: boolean } {
  const bound = new Map<string, Dim>();
  let contradicts = false;
  for (const { declared, fed } of inputs) {
    declared.forEach((dim, i) => {
      const value = fed[i] ?? null;
      if (typeof dim === 'number' && dim > 0 && typeof value === 'number' && value !== dim) contradicts = true;
      if (typeof dim !== 'string' || value === null) return;
      bound.set(dim, bound.has(dim) && bound.get(dim) !== value ? null : value);
    });
  }
  return { bound, contradicts };
}
