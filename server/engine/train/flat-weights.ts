/**
 * All weights that learn, one behind the other in one vector. The graph splits it at its start, and the optimiser works
 * on the whole: half the nodes, and no cost per tensor at the border of the runtime.
 */

import type { Tensor } from '../model/tensor.ts';
import type { Weight } from './trainable-weights.ts';

export interface FlatPart extends Weight {
  /** Elements before this weight's. */
  readonly offset: number;
  readonly size: number;
}

export class FlatWeights {
  readonly parts: readonly FlatPart[];
  /** Elements of the vector. */
  readonly size: number;

  constructor(weights: readonly Weight[]) {
    let offset = 0;
    this.parts = weights.map((weight) => {
      const size = weight.dims.reduce((a, b) => a * b, 1);
      offset += size;
      return { ...weight, offset: offset - size, size };
    });
    this.size = offset;
  }

  /** A vector in which every weight's elements are what `fill` writes into them; zero where it does not. */
  vector(fill: (part: FlatPart, elements: Float32Array) => void): Float32Array {
    const vector = new Float32Array(this.size);
    for (const part of this.parts) fill(part, vector.subarray(part.offset, part.offset + part.size));
    return vector;
  }

  /** The weights as tensors of the same names hold them. */
  initial(tensors: ReadonlyMap<string, Tensor>): Float32Array {
    return this.vector((part, elements) => elements.set(tensors.get(part.name)!.toFloat32()));
  }
}
