/**
 * The one error class. Everything the engine refuses is a `LatheError` with a stable code, a sentence for the
 * user, a detail for the log and, where there is one, the fix. The exit code of the command line and the protocol
 * error of the server are made from `code` in one place each.
 */

/** What kind of thing went wrong; stable, so scripts and documentation may refer to it. */
export type ErrorCode =
  /** Wrong use of a command or an interface: unknown option, missing argument. */
  | 'USAGE'
  /** A file cannot be opened, read or found. */
  | 'FILE'
  /** Writing failed: no space, no permission, a missing folder. */
  | 'WRITE'
  /** Bytes that are not a model, or a damaged one. */
  | 'MODEL_FORMAT'
  /** A well-formed file whose graph breaks the format's rules. */
  | 'MODEL_INVALID'
  /** External data is missing, too short or points outside the model's folder. */
  | 'EXTERNAL_DATA'
  /** Something valid that Lathe does not handle (yet): the message names it. */
  | 'UNSUPPORTED'
  /** The recipe is wrong; `at` has line and column. */
  | 'RECIPE'
  /** The data set is empty, unlabelled where labels are needed, or does not fit the model. */
  | 'DATA'
  /** onnxruntime refused the model or an input. */
  | 'RUNTIME'
  /** The process that runs onnxruntime died. */
  | 'RUNTIME_CRASH'
  /** The process of a run died. */
  | 'JOB_CRASH'
  /** The program that had the run under way ended first. */
  | 'INTERRUPTED'
  /** Refused in a workspace that its user does not trust. */
  | 'UNTRUSTED'
  /** Cancelled by the user. */
  | 'CANCELLED'
  /** A defect of Lathe. */
  | 'INTERNAL';

/** Where the trouble is: a file with line and column (1-based), or a node or value of a graph. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly node?: string;
  readonly value?: string;
}

export interface ErrorOptions {
  /** For the log: the underlying message, offsets, numbers. */
  readonly detail?: string;
  /** What the user can do about it, as a sentence. */
  readonly fix?: string;
  readonly at?: ErrorPlace;
  readonly cause?: unknown;
}

export class LatheError extends Error {
  override readonly name = 'LatheError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly fix: string | undefined;
  readonly at: ErrorPlace | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.fix = options.fix;
    this.at = options.at;
  }
}

/** `true` for the error that a cancelled operation throws. */
export function isCancelled(error: unknown): boolean {
  return error instanceof LatheError && error.code === 'CANCELLED';
}

export function cancelled(): LatheError {
  return new LatheError('CANCELLED', 'Cancelled.');
}

/** Throws when `signal` is aborted: long loops call it once per step. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/** The sentence of any thrown value, for messages that wrap another error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
