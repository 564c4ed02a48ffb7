/** The types of a model's inputs: what the file declares, and the shapes that a caller wants to assume. */

import { LatheError } from '../../errors.ts';
import type { Model } from '../model.ts';
import type { Dim, ValueInfo, ValueType } from '../types.ts';
import { bindSymbols, readDeclared, type SymbolTable } from './declared.ts';
import type { Shape } from './dims.ts';

export interface MainInputs {
  readonly types: ReadonlyMap<string, ValueType>;
  /** How to read what the main graph declares, and what subgraphs declare. */
  readonly symbols: SymbolTable;
  readonly innerSymbols: SymbolTable;
}

/** @throws LatheError `USAGE` when `feeds` names no input or gives a shape of another rank */
export function mainInputs(model: Model, feeds: Readonly<Record<string, readonly Dim[]>>): MainInputs {
  const { inputs } = model.graph;
  for (const name of Object.keys(feeds)) {
    if (inputs.some((input) => input.name === name)) continue;
    throw new LatheError('USAGE', `The model has no input named "${name}".`, {
      fix: `Its inputs are ${inputs.map((input) => `"${input.name}"`).join(', ')}.`,
    });
  }
  const pinned = inputs.flatMap((input) => {
    const fed = feeds[input.name];
    const declared = declaredShape(input);
    if (fed && declared && fed.length !== declared.length) {
      throw new LatheError('USAGE', `Input "${input.name}" has ${declared.length} dimensions, not ${fed.length}.`, {
        at: { value: input.name },
      });
    }
    return fed && declared ? [{ declared, fed }] : [];
  });
  const { bound, contradicts } = bindSymbols(pinned);

  const types = new Map<string, ValueType>();
  const symbols = new Set<string>();
  for (const input of inputs) {
    const declared = readDeclared(input.type, { bound });
    const type = withFeed(declared, feeds[input.name]);
    if (type) types.set(input.name, type);
    if (type?.kind === 'tensor') for (const dim of type.shape ?? []) if (typeof dim === 'string') symbols.add(dim);
  }
  const table: SymbolTable = { bound, dtypesOnly: contradicts };
  // The same word inside a loop may mean something else with every iteration, unless an input carries it.
  return { types, symbols: table, innerSymbols: { ...table, allowed: symbols } };
}

function declaredShape(input: ValueInfo): Shape | undefined {
  return input.type?.kind === 'tensor' ? input.type.shape : undefined;
}

function withFeed(declared: ValueType | undefined, fed: Shape | undefined): ValueType | undefined {
  if (!fed) return declared;
  if (!declared) return { kind: 'tensor', dtype: 'undefined', shape: fed };
  return declared.kind === 'tensor' ? { ...declared, shape: fed } : declared;
}
