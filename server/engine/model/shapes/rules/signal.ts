/** Fourier transforms and sampling of pictures. */

import type { Dim } from '../../types.ts';
import { compute, dimension, positiveAxis, unknownShape, withDim } from '../dims.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

/** Frequencies of a real signal of `length`: the others mirror them. */
function oneSided(length: Dim): Dim {
  return compute((d) => Math.floor(d / 2) + 1, length);
}

/** Axis and length are attributes before opset 20 and inputs from then on; the last dimension is real and imaginary. */
function dft(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const given = n.opset < 20 ? n.node.int('axis', 1) : n.has(2) ? n.scalar(2) : -2;
  const axis = shape && typeof given === 'number' ? positiveAxis(given, shape.length) : undefined;
  if (!shape || axis === undefined) return [tensor(n.dtype(0), unknownShape(shape?.length))];
  const half = n.node.int('onesided', 0) !== 0;
  const inverse = n.node.int('inverse', 0) !== 0;
  const length = n.has(1) ? dimension(n.scalar(1)) : half && inverse ? null : shape[axis]!;
  const bins = half && !inverse ? oneSided(length) : length;
  return [tensor(n.dtype(0), withDim(withDim(shape, axis, bins), shape.length - 1, half && inverse ? 1 : 2))];
}

function stft(n: NodeFacts): Outputs {
  const signal = n.dim(0, 1);
  const window = n.has(2) ? n.dim(2, 0) : n.has(3) ? null : signal;
  const frame = n.has(3) ? (dimension(n.scalar(3)) ?? window) : window;
  const frames = compute((length, size, step) => Math.floor((length - size) / step) + 1, signal, frame, n.scalar(1));
  const bins = n.node.int('onesided', 1) !== 0 ? oneSided(frame) : frame;
  return [tensor(n.dtype(0), [n.dim(0, 0), frames, bins, 2])];
}

/** Pictures [batch, channels, …] sampled at the points of a grid [batch, …, axes]. */
function gridSample(n: NodeFacts): Outputs {
  const grid = n.shape(1);
  if (!grid) return [tensor(n.dtype(0), unknownShape(n.shape(0)?.length))];
  return [tensor(n.dtype(0), [n.dim(0, 0), n.dim(0, 1), ...grid.slice(1, -1)])];
}

/** A grid [batch, …size, axes] from a size [batch, channels, …]. */
function affineGrid(n: NodeFacts): Outputs {
  const size = n.elements(1)?.map((d) => dimension(d)) ?? unknownShape(n.dim(1, 0));
  if (!size || size.length < 3) return [tensor(n.dtype(0))];
  return [tensor(n.dtype(0), [size[0]!, ...size.slice(2), size.length - 2])];
}

export const signalRules: Rules = {
  DFT: dft,
  STFT: stft,
  GridSample: gridSample,
  AffineGrid: affineGrid,
  ImageDecoder: (n) => [tensor('uint8', [null, null, n.node.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3])],
};
