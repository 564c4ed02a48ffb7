/** A histogram of real values, as the runtime's observers deliver it. */
export interface Histogram {
  /** Left edge of the first bin. */
  readonly start: number;
  /** Width of every bin. */
  readonly binWidth: number;
  /** Values per bin; exact zeros are counted apart. */
  readonly counts: Float64Array;
  /** Values that are exactly zero (what ReLU cuts off): they cost nothing in any quantization that holds zero. */
  readonly zeros: number;
  /** Exact extremes of all finite values. */
  readonly min: number;
  readonly max: number;
}
