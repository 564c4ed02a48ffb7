/** Knowledge distillation (Hinton, Vinyals and Dean 2015): the student learns the teacher's softened class scores. */

import { attr } from '../../model/attribute.ts';
import type { Loss } from './loss.ts';
import { classesLast } from './scores.ts';

export interface DistillationOptions {
  /** The student's scores before the softmax, classes last. */
  readonly scores: string;
  /** Name of the input for the teacher's scores, of the same shape; 'teacher' unless told. */
  readonly teacher?: string;
  /** 1 takes the probabilities as they are; more shows the student how wrong classes compare. */
  readonly temperature: number;
}

/** T² times the divergence of the student's probabilities from the teacher's, both at temperature T. */
export function distillation({ scores, teacher = 'teacher', temperature }: DistillationOptions): Loss {
  return {
    values: [scores],
    emit(g) {
      const shape = g.dims(scores);
      const dims = classesLast(shape);
      const count = dims.slice(0, -1).reduce((a, b) => a * b, 1);
      g.input(teacher, 'float32', shape);
      const last = { axis: attr.int(-1) };
      const student = g.emit('LogSoftmax', [g.mul(g.reshape(scores, dims), 1 / temperature)], last);
      const wanted = g.emit('LogSoftmax', [g.mul(g.reshape(teacher, dims), 1 / temperature)], last);
      const probabilities = g.emit('Exp', [wanted]);
      const terms = g.mul(probabilities, g.sub(wanted, student));
      const sum = g.emit('ReduceSum', [terms], { keepdims: attr.int(0) });
      const difference = g.sub(g.emit('Exp', [student]), probabilities);
      return {
        loss: g.mul(sum, temperature ** 2 / count),
        seeds: new Map([[scores, g.reshape(g.mul(difference, temperature / count), shape)]]),
      };
    },
  };
}
