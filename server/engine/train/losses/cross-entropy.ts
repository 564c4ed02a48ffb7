/** Cross-entropy of class scores with labels, with label smoothing (Szegedy et al. 2016). */

import { attr } from '../../model/attribute.ts';
import { Tensor } from '../../model/tensor.ts';
import type { Loss } from './loss.ts';
import { classesLast } from './scores.ts';

export interface CrossEntropyOptions {
  /** Scores before the softmax, classes last or [batch, classes, 1, 1]: see `scoresOf`. */
  readonly scores: string;
  /** Name of the input for the labels; 'labels' unless told. */
  readonly labels?: string;
  /**
   * 'classes': int64 class numbers, of the scores' shape without the classes; a negative one does not count.
   * 'probabilities': float32 of the scores' shape, for mixed samples. 'classes' unless told.
   */
  readonly form?: 'classes' | 'probabilities';
  /** Part of the probability that is spread over all classes. */
  readonly smoothing?: number;
}

export function crossEntropy(options: CrossEntropyOptions): Loss {
  const { scores, labels = 'labels', form = 'classes', smoothing = 0 } = options;
  return {
    values: [scores],
    emit(g) {
      const dims = classesLast(g.dims(scores));
      const classes = dims.at(-1)!;
      const rows = dims.slice(0, -1);
      const count = rows.reduce((a, b) => a * b, 1);
      let target: string;
      if (form === 'probabilities') target = g.input(labels, 'float32', dims);
      else {
        g.input(labels, 'int64', rows);
        const depth = g.tensor(Tensor.from('classes', 'int64', [], [classes]));
        const values = g.tensor(Tensor.from('off_on', 'float32', [2], [0, 1]));
        const zero = g.tensor(Tensor.from('first_class', 'int64', [], [0]));
        const hot = g.emit('OneHot', [g.emit('Max', [labels, zero]), depth, values], { axis: attr.int(-1) });
        const counts = g.cast(g.emit('GreaterOrEqual', [labels, zero]), 'float32');
        target = g.mul(hot, g.reshape(counts, [...rows, 1]));
      }
      if (smoothing > 0) {
        // A row that does not count sums to zero and stays so.
        const mass = g.reduceSum(target, [-1], true);
        target = g.add(g.mul(target, 1 - smoothing), g.mul(mass, smoothing / classes));
      }
      const logs = g.emit('LogSoftmax', [g.reshape(scores, dims)], { axis: attr.int(-1) });
      const loss = g.mul(g.emit('ReduceSum', [g.mul(target, logs)], { keepdims: attr.int(0) }), -1 / count);
      const mass = g.reduceSum(target, [-1], true);
      const difference = g.sub(g.mul(g.emit('Exp', [logs]), mass), target);
      return { loss, seeds: new Map([[scores, g.reshape(g.mul(difference, 1 / count), g.dims(scores))]]) };
    },
  };
}
