/** Resize, DepthToSpace and SpaceToDepth. */

import { LatheError } from '../../../errors.ts';
import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';
import { alongAxis } from './along-axis.ts';
import { resizeMatrix, type AxisResize } from './resize-matrix.ts';

/** Resizing goes axis by axis, each by a matrix of known numbers; the gradient goes by its transpose. */
const resize: GradientRule = {
  backward: (g, node, { gradient }) => {
    const from = g.dims(node.inputs[0]!);
    const to = g.dims(node.outputs[0]!);
    const blocks = from.map((length, axis) => blockSize(g, node, axis, length, to[axis]!));
    let dx = sumBlocks(g, gradient, from, blocks);
    from.forEach((length, axis) => {
      if (blocks[axis] !== undefined) return;
      dx = alongAxis(g, dx, axis, resizeMatrix(axisResize(g, node, axis, length, to[axis]!)));
    });
    return [dx];
  },
};

function axisResize(g: GraphBuilder, node: Node, axis: number, from: number, to: number): AxisResize {
  const coordinates = node.string('coordinate_transformation_mode', 'half_pixel');
  if (coordinates === 'tf_crop_and_resize' || node.int('antialias', 0) !== 0 || node.int('exclude_outside', 0) !== 0) {
    throw new LatheError('UNSUPPORTED', `Resize "${node.label}" cannot be trained through: it crops or smooths.`, {
      fix: 'Freeze the layers before it.',
      at: { node: node.label },
    });
  }
  const axes = node.ints('axes')?.map((a) => (a < 0 ? a + g.dims(node.inputs[0]!).length : a));
  const at = axes ? axes.indexOf(axis) : axis;
  const scales = g.constant(node.input(2))?.toNumbers();
  return {
    from,
    to,
    scale: (at < 0 ? undefined : scales?.[at]) ?? to / from,
    mode: node.string('mode', 'nearest'),
    coordinates,
    nearestMode: node.string('nearest_mode', 'round_prefer_floor'),
    cubicA: node.float('cubic_coeff_a', -0.75),
  };
}

/** How often each element is repeated along an axis, where the whole axis is just that; 1 where it stays. */
function blockSize(g: GraphBuilder, node: Node, axis: number, from: number, to: number): number | undefined {
  if (to === from) return 1;
  if (to % from !== 0 || node.string('mode', 'nearest') !== 'nearest') return undefined;
  const size = to / from;
  const { values } = resizeMatrix(axisResize(g, node, axis, from, to));
  for (let i = 0; i < to; i++) if (values[Math.floor(i / size) * to + i] !== 1) return undefined;
  return size;
}

function sumBlocks(
  g: GraphBuilder,
  value: string,
  dims: readonly number[],
  blocks: readonly (number | undefined)[],
): string {
  const shape: number[] = [];
  const summed: number[] = [];
  g.dims(value).forEach((length, axis) => {
    const size = blocks[axis] ?? 1;
    shape.push(size === 1 ? length : dims[axis]!);
    if (size === 1) return;
    summed.push(shape.length);
    shape.push(size);
  });
  return summed.length === 0 ? value : g.reduceSum(g.reshape(value, shape), summed);
}

const depthToSpace: GradientRule = {
  backward: (g, node, { gradient }) => {
    const size = node.int('blocksize', 1);
    const blocksize = attr.int(size);
    if (node.string('mode', 'DCR') === 'DCR') return [g.emit('SpaceToDepth', [gradient], { blocksize })];
    const [batch = 1, channels = 1, height = 1, width = 1] = g.dims(gradient);
    const apart = g.reshape(gradient, [batch, channels, height / size, size, width / size, size]);
    return [g.reshape(g.transpose(apart, [0, 1, 3, 5, 2, 4]), g.dims(node.inputs[0]!))];
  },
};

const spaceToDepth: GradientRule = {
  backward: (g, node, { gradient }) => [
    g.emit('DepthToSpace', [gradient], { blocksize: attr.int(node.int('blocksize', 1)) }),
  ],
};

export const resizingRules: GradientRules = {
  Resize: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
