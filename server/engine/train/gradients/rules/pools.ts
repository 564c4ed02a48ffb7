/** Pooling. */

import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';
import { spreadAttributes, taps, windowsOf, type Windows } from './windows.ts';

function poolWindows(g: GraphBuilder, node: Node): Windows {
  const kernel = node.ints('kernel_shape') ?? [];
  const [from, to] = [node.inputs[0]!, node.outputs[0]!].map((name) => g.dims(name).slice(2));
  return windowsOf(node, kernel, from!, to!);
}

/** Whether windows lie side by side and cover everything once. */
function tiles(g: GraphBuilder, node: Node, { kernel, strides, dilations }: Windows): boolean {
  const from = g.dims(node.inputs[0]!).slice(2);
  const to = g.dims(node.outputs[0]!).slice(2);
  return kernel.every((length, i) =>
    length === strides[i] && dilations[i] === 1 && from[i] === to[i]! * length);
}

/** Every value repeated over its window. */
function repeated(g: GraphBuilder, value: string, dims: readonly number[], kernel: readonly number[]): string {
  if (kernel.length === 2 && g.dtype(value) === 'float32') {
    return g.emit('Resize', [value, '', '', g.ints(dims)], {
      mode: attr.string('nearest'),
      coordinate_transformation_mode: attr.string('asymmetric'),
      nearest_mode: attr.string('floor'),
    });
  }
  const [batch = 0, channels = 0, ...places] = g.dims(value);
  const apart = [batch, channels, ...places.flatMap((length) => [length, 1])];
  const wide = [batch, channels, ...places.flatMap((length, i) => [length, kernel[i]!])];
  return g.reshape(g.expand(g.reshape(value, apart), wide), dims);
}

/**
 * Windows that tile: the gradient goes where the input equals the maximum (onnxruntime's MaxPool is several times
 * slower when asked for indices). Equal maxima of a window each get all of it. Other windows: by the indices.
 */
const maxPool: GradientRule = {
  forward: (g, node) => {
    if (tiles(g, node, poolWindows(g, node))) {
      g.keep(node);
      return [];
    }
    const indices = node.outputs[1] ?? g.uniqueName(`${node.outputs[0]!}_indices`);
    const asked = node.clone();
    asked.outputs = [node.outputs[0]!, indices];
    g.put(asked);
    return [indices];
  },
  backward: (g, node, { gradient, saved: [indices] }) => {
    const x = node.inputs[0]!;
    const dims = g.dims(x);
    if (indices === undefined) {
      const { kernel } = poolWindows(g, node);
      const isLargest = g.emit('Equal', [x, repeated(g, node.outputs[0]!, dims, kernel)]);
      return [g.where(isLargest, repeated(g, gradient, dims, kernel), g.like(gradient, 0))];
    }
    // Indices count through the whole tensor.
    const size = dims.reduce((a, b) => a * b, 1);
    const count = g.dims(gradient).reduce((a, b) => a * b, 1);
    const zeros = g.expand(g.like(gradient, 0), [size]);
    const inputs = [zeros, g.reshape(indices, [count]), g.reshape(gradient, [count])];
    const flat = g.emit('ScatterElements', inputs, { axis: attr.int(0), reduction: attr.string('add') });
    return [g.reshape(flat, dims)];
  },
};

const averagePool: GradientRule = {
  backward: (g, node, { gradient }) => {
    const windows = poolWindows(g, node);
    const dims = g.dims(node.inputs[0]!);
    if (tiles(g, node, windows)) {
      const count = windows.kernel.reduce((a, b) => a * b, 1);
      return [repeated(g, g.mul(gradient, 1 / count), dims, windows.kernel)];
    }
    const [batch = 0, channels = 0, ...places] = g.dims(gradient);
    const shares = windowShares(windows, dims.slice(2), places, node.int('count_include_pad', 0) !== 0);
    const share = g.tensor(Tensor.from('window_shares', g.dtype(gradient), [1, 1, ...places], shares));
    const planes = g.reshape(g.mul(gradient, share), [batch * channels, 1, ...places]);
    const ones = g.filled(g.dtype(gradient), [1, 1, ...windows.kernel], 1);
    const attributes = spreadAttributes({ ...windows, group: 1 }, dims.slice(2), places);
    return [g.reshape(g.emit('ConvTranspose', [planes, ones], attributes), dims)];
  },
};

/** One over the number of values that each window averages. [places] */
function windowShares(
  { kernel, strides, dilations, begins, ends }: Windows,
  lengths: readonly number[],
  places: readonly number[],
  countsPads: boolean,
): Float64Array {
  const along = places.map((count, axis) =>
    Array.from({ length: count }, (_, place) => {
      const start = place * strides[axis]! - begins[axis]!;
      let inside = 0;
      for (let tap = 0; tap < kernel[axis]!; tap++) {
        const at = start + tap * dilations[axis]!;
        const counts = countsPads ? at < lengths[axis]! + ends[axis]! : at >= 0 && at < lengths[axis]!;
        if (counts) inside += 1;
      }
      return inside;
    }));
  return Float64Array.from(taps(places), (place) => 1 / place.reduce((n, at, axis) => n * along[axis]![at]!, 1));
}

const globalAveragePool: GradientRule = {
  backward: (g, node, { gradient }) => {
    const dims = g.dims(node.inputs[0]!);
    const area = dims.slice(2).reduce((a, b) => a * b, 1);
    return [g.expand(g.mul(gradient, 1 / area), dims)];
  },
};

/** Equal maxima each get all of the gradient. */
const globalMaxPool: GradientRule = {
  backward: (g, node, { gradient }) => [
    g.where(g.emit('Equal', [node.inputs[0]!, node.outputs[0]!]), gradient, g.like(gradient, 0)),
  ],
};

export const poolRules: GradientRules = {
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  MaxPool: maxPool,
};
