/** Looks into zod schemas: which keys and values are known at a place of a recipe. Messages and completion ask here. */

import * as z from 'zod';

export type Path = readonly (string | number)[];

/** The schema under defaults, optional and the like, together with the metadata met on the way. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable
      || inner instanceof z.ZodPrefault || inner instanceof z.ZodReadonly || inner instanceof z.ZodNonOptional) {
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodPipe) inner = inner.def.in;
    else if (inner instanceof z.ZodLazy) inner = inner.def.getter();
    else return inner;
  }
}

/** Every schema that a value may follow: the members of a union, else the schema itself. */
function variants(schema: z.core.$ZodType): z.core.$ZodType[] {
  const inner = bare(schema);
  return inner instanceof z.ZodUnion ? inner.def.options.flatMap((option) => variants(option)) : [inner];
}

function child(schema: z.core.$ZodType, key: string | number): z.core.$ZodType[] {
  return variants(schema).flatMap((variant): z.core.$ZodType[] => {
    if (variant instanceof z.ZodObject) {
      const shape = variant.def.shape as Readonly<Record<string, z.core.$ZodType>>;
      const member = shape[key];
      return member ? [member] : [];
    }
    if (variant instanceof z.ZodArray && typeof key === 'number') return [variant.def.element];
    if (variant instanceof z.ZodRecord) return [variant.def.valueType];
    if (variant instanceof z.ZodTuple && typeof key === 'number') {
      const item = variant.def.items[key] ?? variant.def.rest;
      return item ? [item] : [];
    }
    return [];
  });
}

/** The schemas that the value at `path` may follow. */
export function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  let found: z.core.$ZodType[] = [schema];
  for (const key of path) found = found.flatMap((one) => child(one, key));
  return found.flatMap(variants);
}

function metadata(schema: z.core.$ZodType): z.core.GlobalMeta {
  return z.globalRegistry.get(schema) ?? {};
}

/** Keys that the object at `path` may have. */
export function knownKeys(schema: z.core.$ZodType, path: Path): string[] {
  const objects = schemasAt(schema, path).filter((one) => one instanceof z.ZodObject);
  return [...new Set(objects.flatMap((object) => Object.keys(object.def.shape)))];
}

/** Words and constants that may stand at `path`. */
export function knownValues(schema: z.core.$ZodType, path: Path): string[] {
  const values = schemasAt(schema, path).flatMap((one): readonly unknown[] => {
    if (one instanceof z.ZodEnum) return one.options;
    if (one instanceof z.ZodLiteral) return [...one.values];
    if (one instanceof z.ZodBoolean) return [true, false];
    return [];
  });
  return [...new Set(values.map(String))];
}

const kindNames: readonly (readonly [abstract new (...args: never) => z.core.$ZodType, string])[] = [
  [z.ZodString, 'text'],
  [z.ZodNumber, 'a number'],
  [z.ZodObject, 'a group of keys'],
  [z.ZodRecord, 'a group of keys'],
  [z.ZodArray, 'a list'],
  [z.ZodTuple, 'a list'],
];

/** What may stand at `path`, in words: `a number`, `"auto"`, `a list`. */
export function expectations(schema: z.core.$ZodType, path: Path): string[] {
  const words = schemasAt(schema, path).flatMap((one) => {
    const kind = kindNames.find(([type]) => one instanceof type);
    return kind ? [kind[1]] : knownValues(one, []).map((value) => quoteWord(one, value));
  });
  return [...new Set(words)];
}

function quoteWord(schema: z.core.$ZodType, value: string): string {
  return schema instanceof z.ZodEnum || (schema instanceof z.ZodLiteral && schema.values.has(value))
    ? `"${value}"`
    : value;
}

/** What the schema says about the value at `path`: the outermost description counts. */
export function descriptionAt(schema: z.core.$ZodType, path: Path): string | undefined {
  let found: z.core.$ZodType[] = [schema];
  for (const key of path) found = found.flatMap((one) => child(one, key));
  return found.map(described).find((text) => text !== undefined);
}

function described(schema: z.core.$ZodType): string | undefined {
  let inner: z.core.$ZodType | undefined = schema;
  while (inner) {
    const { description } = metadata(inner);
    if (description !== undefined) return description;
    inner = (inner as { readonly def?: { readonly innerType?: z.core.$ZodType } }).def?.innerType;
  }
  return undefined;
}

/** Keys that the object at `path` must have. */
export function requiredKeys(schema: z.core.$ZodType, path: Path): string[] {
  return schemasAt(schema, path).flatMap((one) => {
    if (!(one instanceof z.ZodObject)) return [];
    const shape = one.def.shape as Readonly<Record<string, z.core.$ZodType>>;
    return Object.keys(shape).filter((key) => shape[key]!._zod.optin === undefined);
  });
}

/** Whether a list may stand at `path`. */
export function isListAt(schema: z.core.$ZodType, path: Path): boolean {
  return schemasAt(schema, path).some((one) => one instanceof z.ZodArray || one instanceof z.ZodTuple);
}
