/** The one place where an error becomes words, a JSON document and an exit code. */

import { isCancelled, LatheError, messageOf, type ErrorCode } from '../engine/errors.ts';
import { problemsBehind } from '../engine/recipe/problem.ts';
import { jsonText, written, type Output } from './output.ts';

/** 2 wrong use or bad input, 3 internal failure, 130 cancelled. */
export type FailureCode = 2 | 3 | 130;

/** What the user can do something about is 2, what only Lathe's makers can is 3. */
const exitCodes: Readonly<Record<ErrorCode, FailureCode>> = {
  USAGE: 2,
  FILE: 2,
  WRITE: 2,
  MODEL_FORMAT: 2,
  MODEL_INVALID: 2,
  EXTERNAL_DATA: 2,
  UNSUPPORTED: 2,
  RECIPE: 2,
  DATA: 2,
  RUNTIME: 2,
  RUNTIME_CRASH: 3,
  JOB_CRASH: 3,
  INTERRUPTED: 3,
  UNTRUSTED: 2,
  CANCELLED: 130,
  INTERNAL: 3,
};

/** Errors whose detail says more to a user than their sentence. */
const tellsMore: ReadonlySet<ErrorCode> = new Set(['RUNTIME', 'RUNTIME_CRASH', 'INTERNAL']);

/** `file:line:column: error: sentence`, as compilers write it, so that editors can jump there. */
export function failureText(error: unknown): string {
  if (isCancelled(error)) return messageOf(error);
  if (!(error instanceof LatheError)) {
    const trace = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
    return `internal error: ${trace}`;
  }
  const { at } = error;
  const place = [at?.file, at?.line, at?.column].filter((part) => part !== undefined).join(':');
  const node = at?.node !== undefined && !error.message.includes(at.node) ? `\n  at node "${at.node}"` : '';
  const lines = [`${place === '' ? '' : `${place}: `}error: ${error.message}${node}`];
  const recipe = problemsBehind(error) !== undefined;
  if (error.detail !== undefined && (recipe || tellsMore.has(error.code))) {
    // The other problems of a recipe stand for themselves, each with its own place.
    lines.push(...error.detail.split('\n').map((line) => (recipe ? line : `  ${line}`)));
  }
  if (error.fix !== undefined) lines.push(`  ${error.fix}`);
  return lines.join('\n');
}

export function failureDocument(error: unknown): unknown {
  const known = error instanceof LatheError ? error : undefined;
  const problems = problemsBehind(error);
  return {
    error: {
      code: known?.code ?? 'INTERNAL',
      message: messageOf(error),
      ...(known?.fix !== undefined && { fix: known.fix }),
      ...(known?.at !== undefined && { at: known.at }),
      ...(problems ? { problems } : known?.detail !== undefined && { detail: known.detail }),
    },
  };
}

/** Tells the user, and gives the exit code. */
export async function reportFailure(error: unknown, output: Pick<Output, 'json' | 'progress'>): Promise<FailureCode> {
  output.progress.clear();
  await written(process.stderr, `${failureText(error)}\n`);
  if (output.json) await written(process.stdout, `${jsonText(failureDocument(error))}\n`);
  return error instanceof LatheError ? exitCodes[error.code] : 3;
}
