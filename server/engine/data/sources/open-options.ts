/** What opening a data set takes besides the source and the inputs. */

export interface OpenOptions {
  /** Relative paths of the source start here. */
  readonly baseDir: string;
  /** Seed of everything random. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}
