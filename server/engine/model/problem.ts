/** What a check of a model finds. */

/** One rule broken at one place. */
export interface Problem {
  /** Stable: 'duplicate-name', 'dangling-input', …. */
  readonly code: string;
  /** Errors keep a model from running or from meaning one thing. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What the user can do about it, as a sentence. */
  readonly fix?: string;
  /** The node's label. */
  readonly node?: string;
  readonly value?: string;
}
