/**
 * Words of the recipe that Lathe knows but cannot carry out yet. A schema names them in its metadata, so that a recipe
 * that uses one is told so, instead of that the word is unknown.
 */

import * as z from 'zod';

declare module 'zod' {
  interface GlobalMeta {
    /** Values of an enumeration that are not available yet. */
    readonly reservedValues?: readonly string[];
    /** Keys of an object that are not available yet. */
    readonly reservedKeys?: readonly string[];
  }
}

/** One of `available`; `reserved` values are refused as not available yet. */
export function oneOf<const Values extends readonly [string, ...string[]]>(
  available: Values,
  reserved: readonly string[] = [],
): z.ZodEnum<{ [Value in Values[number]]: Value }> {
  const schema = z.enum(available);
  return reserved.length > 0 ? schema.meta({ reservedValues: reserved }) : schema;
}
