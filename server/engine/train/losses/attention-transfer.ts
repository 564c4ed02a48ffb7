/** Attention transfer (Zagoruyko and Komodakis 2017): the student looks where the teacher looks. */

import { attr } from '../../model/attribute.ts';
import type { GraphBuilder } from '../gradients/graph-builder.ts';
import type { Loss } from './loss.ts';

export interface AttentionTransferOptions {
  /** A feature map of the student, [batch, channels, …places]. */
  readonly value: string;
  /** Channels of the teacher's feature map over the same places. */
  readonly channels: number;
  /** Name of the input for it; `teacher:` and the value's name unless told. */
  readonly teacher?: string;
}

/** Against a map that is zero everywhere. */
const tiny = 1e-8;

/** Where values are large: the mean square over channels, as [batch, places]. */
function energy(g: GraphBuilder, value: string): string {
  const [batch = 0, , ...places] = g.dims(value);
  const area = places.reduce((a, b) => a * b, 1);
  return g.reshape(g.reduceMean(g.mul(value, value), [1]), [batch, area]);
}

function length(g: GraphBuilder, map: string): string {
  const squares = g.emit('ReduceSumSquare', [map, g.ints([1])], { keepdims: attr.int(1) });
  return g.emit('Sqrt', [g.add(squares, tiny)]);
}

/** Half the squared distance between both maps at length one, the mean over the batch. */
export function attentionTransfer(options: AttentionTransferOptions): Loss {
  const { value, channels, teacher = `teacher:${value}` } = options;
  return {
    values: [value],
    emit(g) {
      const dims = g.dims(value);
      const [batch = 0, own = 0, ...places] = dims;
      g.input(teacher, 'float32', [batch, channels, ...places]);
      const wantedMap = energy(g, teacher);
      const wanted = g.div(wantedMap, length(g, wantedMap));
      const map = energy(g, value);
      const norm = length(g, map);
      const unit = g.div(map, norm);
      const difference = g.sub(unit, wanted);
      const squares = g.emit('ReduceSumSquare', [difference], { keepdims: attr.int(0) });
      // Through the division by the length only what is across the map itself passes.
      const along = g.reduceSum(g.mul(difference, unit), [1], true);
      const ofMap = g.div(g.sub(difference, g.mul(unit, along)), norm);
      const spread = g.reshape(g.mul(ofMap, 2 / (own * batch)), [batch, 1, ...places]);
      return { loss: g.mul(squares, 0.5 / batch), seeds: new Map([[value, g.mul(value, spread)]]) };
    },
  };
}
