/** An error as it crosses a process: what the user reads, what the log gets, and what helps. */
export interface Failure {
  /** The engine's error code: 'FILE', 'MODEL_FORMAT', 'CANCELLED', …. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  /** What the user can do about it, as a sentence. */
  readonly fix?: string;
  readonly at?: {
    readonly file?: string;
    /** 1-based, as `column`. */
    readonly line?: number;
    readonly column?: number;
    readonly node?: string;
    readonly value?: string;
  };
}
