import type { Failure } from '../../protocol/failure.ts';

/** A failure as it is thrown and caught on this side; its message is the user's sentence. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'FailureError';
    this.failure = failure;
  }
}

/** Of the protocol's errors: the request was cancelled, by either side. */
const cancelledCodes: readonly unknown[] = [-32800, -32802];
/** Of the protocol's errors: the connection was closed while the answer was awaited, or the server is not there. */
const goneCodes: readonly unknown[] = [-32097, -32099, -32098];

export const serverGone: Failure = {
  code: 'SERVER',
  message: 'Lathe’s language server is not running.',
  fix: 'Restart it, and look into the log for the reason.',
};

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null
    && 'code' in value && typeof value.code === 'string'
    && 'message' in value && typeof value.message === 'string';
}

/** What went wrong, whatever was thrown: a server's failure as it is, anything else in words. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (isFailure(error)) return error;
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error) };
  if ('data' in error && isFailure(error.data)) return error.data;
  const code = 'code' in error ? error.code : undefined;
  if (error.name === 'Canceled' || cancelledCodes.includes(code)) return { code: 'CANCELLED', message: 'Cancelled.' };
  if (goneCodes.includes(code)) return serverGone;
  return {
    code: 'INTERNAL',
    message: error.message,
    ...(error.stack === undefined ? {} : { detail: error.stack }),
  };
}

/** Whether somebody called it off, which needs no telling. */
export function isCancelled(error: unknown): boolean {
  return failureOf(error).code === 'CANCELLED';
}

/** The user's sentence and what helps, in one line. */
export function sentence(failure: Failure): string {
  return failure.fix === undefined ? failure.message : `${failure.message} ${failure.fix}`;
}
