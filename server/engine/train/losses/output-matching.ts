/** Mean squared error between a value of the student and the teacher's: outputs of any meaning, or features (hints). */

import { attr } from '../../model/attribute.ts';
import type { Loss } from './loss.ts';

export interface OutputMatchingOptions {
  /** A value of the student: an output, or an inner one (Romero et al. 2015). */
  readonly value: string;
  /** Name of the input for the teacher's value, of the same shape; `teacher:` and the value's name unless told. */
  readonly teacher?: string;
  /**
   * What 1 means, so that outputs of different magnitude count alike: the squares are divided by its square. 1 unless
   * told; the teacher's standard deviation is a good choice.
   */
  readonly scale?: number;
}

export function outputMatching({ value, teacher = `teacher:${value}`, scale = 1 }: OutputMatchingOptions): Loss {
  return {
    values: [value],
    emit(g) {
      const dims = g.dims(value);
      const count = dims.reduce((a, b) => a * b, 1) * scale ** 2;
      const difference = g.sub(value, g.input(teacher, 'float32', dims));
      const squares = g.emit('ReduceSumSquare', [difference], { keepdims: attr.int(0) });
      return { loss: g.mul(squares, 1 / count), seeds: new Map([[value, g.mul(difference, 2 / count)]]) };
    },
  };
}
