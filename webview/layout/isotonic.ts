/** Places in a row, as near as can be to where each would like to be. */

/**
 * Weighted isotonic regression by pooling adjacent violators, O(n): the x that minimise the sum of
 * `weight[i] * (x[i] - want[i])^2` subject to `x[i + 1] - x[i] >= gap[i + 1]`.
 * Robertson, Wright, Dykstra: Order Restricted Statistical Inference, 1988, chapter 1.
 */
export class RowPlacer {
  readonly want: Float64Array;
  readonly weight: Float64Array;
  /** `gap[i]`: distance that `i` keeps from `i - 1`. */
  readonly gap: Float64Array;
  readonly x: Float64Array;
  private readonly sum: Float64Array;
  private readonly poolWeight: Float64Array;
  private readonly size: Int32Array;

  constructor(longest: number) {
    this.want = new Float64Array(longest);
    this.weight = new Float64Array(longest);
    this.gap = new Float64Array(longest);
    this.x = new Float64Array(longest);
    this.sum = new Float64Array(longest);
    this.poolWeight = new Float64Array(longest);
    this.size = new Int32Array(longest);
  }

  /** Fills `x` for the first `count` places. */
  place(count: number): void {
    const { want, weight, gap, x, sum, poolWeight, size } = this;
    let pools = 0;
    for (let i = 0, offset = 0; i < count; i++) {
      if (i > 0) offset += gap[i]!;
      sum[pools] = (want[i]! - offset) * weight[i]!;
      poolWeight[pools] = weight[i]!;
      size[pools] = 1;
      pools++;
      while (pools > 1 && sum[pools - 2]! * poolWeight[pools - 1]! > sum[pools - 1]! * poolWeight[pools - 2]!) {
        pools--;
        sum[pools - 1]! += sum[pools]!;
        poolWeight[pools - 1]! += poolWeight[pools]!;
        size[pools - 1]! += size[pools]!;
      }
    }
    for (let pool = 0, i = 0, offset = 0; pool < pools; pool++) {
      const mean = sum[pool]! / poolWeight[pool]!;
      for (let end = i + size[pool]!; i < end; i++) {
        if (i > 0) offset += gap[i]!;
        x[i] = mean + offset;
      }
    }
  }
}
