/** Errors on their way to another process. */

import type { Failure } from '../../../protocol/failure.ts';
import { LatheError, messageOf } from '../errors.ts';

/** An error as another process receives it; what is no `LatheError` is a defect of Lathe. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof LatheError)) {
    const detail = error instanceof Error ? error.stack : undefined;
    return { code: 'INTERNAL', message: messageOf(error), ...(detail !== undefined && { detail }) };
  }
  const { code, message, detail, fix, at } = error;
  return {
    code,
    message,
    ...(detail !== undefined && { detail }),
    ...(fix !== undefined && { fix }),
    ...(at && { at }),
  };
}
