/** `run.json` of the history: a run's record, and what its manager keeps besides. */

import * as z from 'zod';
import type { RunRecord } from '../../protocol/runs.ts';

export interface StoredRun {
  readonly version: 1;
  readonly record: RunRecord;
  /** Absolute paths of the models that the result is about. */
  readonly models: readonly string[];
  /** Milliseconds spent in each phase. */
  readonly phases: Readonly<Record<string, number>>;
  /** Process of the language server that has the run. */
  readonly owner: number;
}

const path = z.string();
const data = z.looseObject({ data: path }).optional();
const failure = z.looseObject({ code: z.string(), message: z.string() });

/** Checks what the code relies on; what later versions add is kept. */
const storedRun = z.looseObject({
  version: z.literal(1),
  record: z.looseObject({
    id: z.string(),
    request: z.discriminatedUnion('kind', [
      z.looseObject({ kind: z.literal('recipe'), recipe: path }),
      z.looseObject({ kind: z.literal('analyze'), model: path, data: z.looseObject({ data: path }) }),
      z.looseObject({ kind: z.literal('benchmark'), models: z.array(path), data }),
      z.looseObject({ kind: z.literal('compare'), a: path, b: path, data }),
    ]),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    createdAt: z.number(),
    failure: failure.optional(),
  }),
  models: z.array(path),
  phases: z.record(z.string(), z.number()),
  owner: z.number(),
});

/** Undefined for a text that is no record, such as half of one. */
export function parseStoredRun(text: string): StoredRun | undefined {
  try {
    const { data: stored } = storedRun.safeParse(JSON.parse(text));
    return stored as StoredRun | undefined;
  } catch {
    return undefined;
  }
}
