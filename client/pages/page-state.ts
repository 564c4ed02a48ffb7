/** What pages keep in their state, as far as the host needs it to bring them back after a restart of VS Code. */

function field(state: unknown, name: string): string | undefined {
  if (typeof state !== 'object' || state === null || !(name in state)) return undefined;
  const value = (state as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The run that a result page shows: `{ run: ID }`. */
export function runOfState(state: unknown): string | undefined {
  return field(state, 'run');
}

/** The models that a compare page shows, and its run where there is one: `{ a: URI, b: URI, run?: ID }`. */
export function comparedOfState(state: unknown): { a: string; b: string; run?: string } | undefined {
  const a = field(state, 'a');
  const b = field(state, 'b');
  const run = field(state, 'run');
  if (a === undefined || b === undefined) return undefined;
  return run === undefined ? { a, b } : { a, b, run };
}
