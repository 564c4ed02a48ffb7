/** The losses of training, computed here for samples that are only looked at. */

/** Natural logarithms of the softmax of `scores` at `temperature`, into `out`. */
export function logSoftmax(scores: Float32Array, temperature: number, out: Float64Array): void {
  let largest = -Infinity;
  for (let i = 0; i < scores.length; i++) largest = Math.max(largest, scores[i]!);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp((scores[i]! - largest) / temperature);
  const shift = Math.log(sum);
  for (let i = 0; i < scores.length; i++) out[i] = (scores[i]! - largest) / temperature - shift;
}

/** Sums over places, each a vector of `classes` scores. */
export class Divergence {
  private readonly classes: number;
  private readonly temperature: number;
  private readonly student: Float64Array;
  private readonly teacher: Float64Array;

  constructor(classes: number, temperature: number) {
    this.classes = classes;
    this.temperature = temperature;
    this.student = new Float64Array(classes);
    this.teacher = new Float64Array(classes);
  }

  /** T² times the divergence of the student's probabilities from the teacher's, summed over all places. */
  fromTeacher(student: Float32Array, teacher: Float32Array): number {
    const { classes, temperature } = this;
    let sum = 0;
    for (let at = 0; at < student.length; at += classes) {
      logSoftmax(student.subarray(at, at + classes), temperature, this.student);
      logSoftmax(teacher.subarray(at, at + classes), temperature, this.teacher);
      for (let i = 0; i < classes; i++) sum += Math.exp(this.teacher[i]!) * (this.teacher[i]! - this.student[i]!);
    }
    return temperature ** 2 * sum;
  }

  /** The negative logarithm of the probability of the right class. */
  fromLabel(student: Float32Array, label: number): number {
    logSoftmax(student, 1, this.student);
    return -(this.student[label] ?? -Infinity);
  }
}
