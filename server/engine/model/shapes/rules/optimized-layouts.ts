/** Operators that onnxruntime writes into optimized models: channels last, and channels in blocks (NCHWc). */

import type { Dim } from '../../types.ts';
import { compute, dimension, unknownShape } from '../dims.ts';
import { ranked, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';
import { convolution, pooled } from './convolution.ts';
import { sameAsInput } from './elementwise.ts';
import { globalPoolShape } from './reduction.ts';
import { resizingRules } from './resizing.ts';

const channelsLast = { channelsLast: true } as const;

function pooledLast(n: NodeFacts): Outputs {
  const shape = pooled(n, true);
  return [tensor(n.dtype(0), shape), tensor('int64', shape)];
}

const globalLast = (n: NodeFacts): Outputs => [tensor(n.dtype(0), globalPoolShape(n.shape(0), true))];

/** `com.ms.internal.nhwc`: the standard operators with data as [batch, …spatial, channels]. */
export const nhwcRules: Rules = {
  Conv: convolution((n) => n.anyDtype(0, 1), channelsLast),
  QLinearConv: convolution((n) => n.dtype(7), { weights: 3, ...channelsLast }),
  ConvTranspose: (n) => [ranked(n.dtype(0), n.shape(0)?.length ?? null)],
  QLinearAveragePool: pooledLast,
  AveragePool: pooledLast,
  LpPool: pooledLast,
  MaxPool: pooledLast,
  GlobalAveragePool: globalLast,
  GlobalLpPool: globalLast,
  GlobalMaxPool: globalLast,
  BatchNormalization: sameAsInput,
  InstanceNormalization: sameAsInput,
  LRN: sameAsInput,
  Resize: resizingRules['Resize']!,
};

/** Blocked shapes are written as [batch, channels, height, width] with the channels rounded up to whole blocks. */
function reorderInput(n: NodeFacts): Outputs {
  const last = n.node.int('channels_last', 0) !== 0;
  const shape = n.shape(0);
  if (shape?.length !== 4) return [ranked(n.dtype(0), 4)];
  const [height, width]: Dim[] = last ? shape.slice(1, 3) : shape.slice(2);
  // How many channels a block has depends on the processor that the model was optimized for.
  return [tensor(n.dtype(0), [shape[0]!, null, height!, width!])];
}

function reorderOutput(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const channels = dimension(n.node.int('channels'));
  if (shape?.length !== 4) return [ranked(n.dtype(0), 4)];
  const spatial = shape.slice(2);
  const last = n.node.int('channels_last', 0) !== 0;
  return [tensor(n.dtype(0), last ? [shape[0]!, ...spatial, channels] : [shape[0]!, channels, ...spatial])];
}

const blockedConvolution = convolution((n) => n.anyDtype(0, 1), { blocked: true });
const blockedPool = (n: NodeFacts): Outputs => [tensor(n.dtype(0), pooled(n))];
const blockedGlobal = (n: NodeFacts): Outputs => [tensor(n.dtype(0), globalPoolShape(n.shape(0)))];

export const nchwcRules: Rules = {
  ReorderInput: reorderInput,
  ReorderOutput: reorderOutput,
  Conv: blockedConvolution,
  MaxPool: blockedPool,
  AveragePool: blockedPool,
  GlobalMaxPool: blockedGlobal,
  GlobalAveragePool: blockedGlobal,
  Upsample: (n) => {
    const scales = n.node.ints('scales');
    const out = n.shape(0)?.map((d, i) => compute((x, s) => x * s, d, scales?.[i])) ?? unknownShape(4);
    return [tensor(n.dtype(0), out)];
  },
};
