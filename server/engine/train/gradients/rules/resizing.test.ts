import { attr } from '../../../model/attribute.ts';
import { Tensor } from '../../../model/tensor.ts';
import { ints, node } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';

interface Way {
  readonly mode: string;
  readonly coordinates?: string;
  readonly nearest?: string;
  readonly sizes?: readonly number[];
  readonly scales?: readonly number[];
}

function resize(way: Way): GradientCase {
  const { mode, coordinates = 'half_pixel', nearest = 'round_prefer_floor', sizes, scales } = way;
  const attributes = {
    mode: attr.string(mode),
    coordinate_transformation_mode: attr.string(coordinates),
    nearest_mode: attr.string(nearest),
  };
  return {
    nodes: [node('Resize', scales ? 'x, , how' : 'x, , , how', 'y', attributes)],
    inputs: { x: [1, 2, 4, 5] },
    constants: [scales ? Tensor.from('how', 'float32', [4], scales) : ints('how', ...(sizes ?? []))],
  };
}

const upsampling = { mode: 'nearest', coordinates: 'asymmetric', nearest: 'floor', scales: [1, 1, 2, 3] } as const;
const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const cases = coordinates.flatMap((name): [string, GradientCase][] => [
  [`Resize linear, ${name}, larger`, resize({ mode: 'linear', coordinates: name, sizes: [1, 2, 7, 10] })],
  [`Resize linear, ${name}, smaller`, resize({ mode: 'linear', coordinates: name, scales: [1, 1, 0.5, 0.7] })],
]);

gradientTests({
  'Resize nearest by whole numbers': resize(upsampling),
  'Resize nearest by whole numbers, half pixels': resize({ mode: 'nearest', sizes: [1, 2, 12, 10] }),
  'Resize nearest to other sizes': resize({ ...upsampling, scales: [1, 1, 1.5, 0.6] }),
  'Resize nearest, ceiling': resize({ mode: 'nearest', nearest: 'ceil', sizes: [1, 2, 6, 3] }),
  'Resize nearest, prefer ceiling': resize({ mode: 'nearest', nearest: 'round_prefer_ceil', sizes: [1, 2, 8, 3] }),
  ...Object.fromEntries(cases),
  'Resize cubic': resize({ mode: 'cubic', sizes: [1, 2, 7, 8] }),
  'DepthToSpace DCR': {
    nodes: [node('DepthToSpace', 'x', 'y', { blocksize: attr.int(2) })],
    inputs: { x: [1, 8, 2, 3] },
  },
  'DepthToSpace CRD': {
    nodes: [node('DepthToSpace', 'x', 'y', { blocksize: attr.int(2), mode: attr.string('CRD') })],
    inputs: { x: [1, 8, 2, 3] },
  },
  SpaceToDepth: {
    nodes: [node('SpaceToDepth', 'x', 'y', { blocksize: attr.int(2) })],
    inputs: { x: [1, 3, 4, 6] },
  },
});
