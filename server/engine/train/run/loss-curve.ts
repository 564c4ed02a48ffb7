/** The losses of a run, as few points as a chart can use. */

export type LossPoint = readonly [step: number, loss: number];

/** Above twice as many, neighbours are put together. */
const wanted = 250;

/** A curve as a checkpoint has it. */
export interface LossCurveFigures {
  readonly points: readonly LossPoint[];
  /** Steps that a point stands for. */
  readonly width: number;
  /** Of the steps since the last point. */
  readonly sum: number;
  readonly count: number;
}

export class LossCurve {
  private points: LossPoint[];
  private width: number;
  private sum: number;
  private count: number;

  constructor({ points, width, sum, count }: LossCurveFigures = { points: [], width: 1, sum: 0, count: 0 }) {
    this.points = [...points];
    this.width = width;
    this.sum = sum;
    this.count = count;
  }

  get figures(): LossCurveFigures {
    const { points, width, sum, count } = this;
    return { points, width, sum, count };
  }

  /** @returns the new point when one is complete: the mean of its steps, at the last of them */
  add(step: number, loss: number): LossPoint | undefined {
    this.sum += loss;
    this.count += 1;
    if (this.count < this.width) return undefined;
    const point = [step, this.sum / this.count] as const;
    this.points.push(point);
    this.sum = this.count = 0;
    if (this.points.length >= 2 * wanted) this.halve();
    return point;
  }

  private halve(): void {
    const merged: LossPoint[] = [];
    for (let i = 0; i + 1 < this.points.length; i += 2) {
      const [a, b] = [this.points[i]!, this.points[i + 1]!];
      merged.push([b[0], (a[1] + b[1]) / 2]);
    }
    this.points = merged;
    this.width *= 2;
  }
}
