/** Gathering by indices and scattering to them: each is the way back of the other. */

import { attr } from '../../../model/attribute.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { BackwardCall, GradientRule, GradientRules } from '../rule.ts';
import { zerosLike } from './joining.ts';

const added = { reduction: attr.string('add') };

/**
 * Embeddings and the choice of a part. A single known index is a slice, whose gradient is padded; everything else is
 * added up where it came from.
 */
const gather: GradientRule = {
  backward: (g, node, { gradient }) => {
    const [data = '', indices = ''] = node.inputs;
    const dims = g.dims(data);
    const given = node.int('axis', 0);
    const axis = given < 0 ? given + dims.length : given;
    const index = g.constant(indices);
    if (index?.size === 1) return [padded(g, gradient, dims, axis, index.toNumbers()[0]!)];
    const rank = g.dims(indices).length;
    const taken = g.dims(gradient);
    // The axes of the indices to the front, joined: [count, before…, after…].
    const order = taken.map((_, i) => i);
    const front = [...order.splice(axis, rank), ...order];
    const count = g.dims(indices).reduce((a, b) => a * b, 1);
    const others = dims.filter((_, i) => i !== axis);
    const rows = g.reshape(g.transpose(gradient, front), [count, ...others]);
    const zeros = g.expand(g.like(gradient, 0), [dims[axis]!, ...others]);
    const sums = g.emit('ScatterND', [zeros, g.reshape(indices, [count, 1]), rows], added);
    const back = dims.map((_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));
    return [g.transpose(sums, back)];
  },
};

function padded(g: GraphBuilder, gradient: string, dims: readonly number[], axis: number, index: number): string {
  const at = index < 0 ? index + dims[axis]! : index;
  const one = g.reshape(gradient, dims.map((length, i) => (i === axis ? 1 : length)));
  const before = dims.map((_, i) => (i === axis ? at : 0));
  const after = dims.map((length, i) => (i === axis ? length - 1 - at : 0));
  return g.pad(one, [...before, ...after]);
}

const gatherElements: GradientRule = {
  backward: (g, node, { gradient }) => {
    const [data = '', indices = ''] = node.inputs;
    const attributes = { axis: attr.int(node.int('axis', 0)), ...added };
    return [g.emit('ScatterElements', [zerosLike(g, data), indices, gradient], attributes)];
  },
};

/** With batch axes the indices get the number of their batch in front, so that they count from the first axis. */
const gatherND: GradientRule = {
  backward: (g, node, { gradient }) => {
    const [data = '', indices = ''] = node.inputs;
    const batchAxes = node.int('batch_dims', 0);
    let full = indices;
    for (let axis = batchAxes - 1; axis >= 0; axis--) {
      const shape = [...g.dims(indices).slice(0, -1), 1];
      const counting = shape.map((length, i) => (i === axis ? length : 1));
      const numbers = g.ints(Array.from({ length: shape[axis]! }, (_, i) => i));
      full = g.concat([g.expand(g.reshape(numbers, counting), shape), full], shape.length - 1);
    }
    return [g.emit('ScatterND', [zerosLike(g, data), full, gradient], added)];
  },
};

/** Without reduction what was overwritten gets nothing; with `add` it gets all. Other reductions have no rule. */
function scatter(opType: string, gatherType: string): GradientRule {
  return {
    backward: (g, node, call: BackwardCall) => {
      const [, indices = '', updates = ''] = node.inputs;
      const axis = opType === 'ScatterElements' ? { axis: attr.int(node.int('axis', 0)) } : {};
      const { gradient } = call;
      const overwrites = node.string('reduction', 'none') === 'none';
      const data = overwrites ? () => g.emit(opType, [gradient, indices, zerosLike(g, updates)], axis) : () => gradient;
      return [
        call.needs(0) ? data() : undefined,
        undefined,
        call.needs(2) ? g.emit(gatherType, [gradient, indices], axis) : undefined,
      ];
    },
  };
}

export const indexingRules: GradientRules = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterND: scatter('ScatterND', 'GatherND'),
  ScatterElements: scatter('ScatterElements', 'GatherElements'),
};
