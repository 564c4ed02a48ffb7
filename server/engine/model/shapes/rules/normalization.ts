/** Normalizations and softmax: the shape stays; statistics come as further outputs. */

import type { DataType } from '../../../tensor/dtype.ts';
import { positiveAxis, unknownShape, type Shape } from '../dims.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

/** Statistics of a batch norm, one per channel: the type of the running mean from opset 14 on. */
function batchNormalization(n: NodeFacts): Outputs {
  const dtype = n.opset < 14 ? n.dtype(0) : n.dtype(3);
  const statistic = tensor(dtype, n.shape(3) ?? n.shape(1));
  return [tensor(n.dtype(0), n.shape(0)), statistic, statistic, statistic, statistic];
}

/** One mean per normalized slice: everything from `axis` on becomes 1. */
function statisticsShape(shape: Shape | undefined, axis: number): Shape | undefined {
  const from = shape && positiveAxis(axis, shape.length);
  return from === undefined ? unknownShape(shape?.length) : shape!.map((d, i) => (i < from ? d : 1));
}

function layerNormalization(n: NodeFacts): Outputs {
  const dtype: DataType = n.dtypeAttribute('stash_type', 'float32');
  const statistic = tensor(dtype, statisticsShape(n.shape(0), n.node.int('axis', -1)));
  return [tensor(n.dtype(0), n.shape(0)), statistic, statistic];
}

function simplifiedLayerNormalization(n: NodeFacts): Outputs {
  const dtype: DataType = n.dtypeAttribute('stash_type', 'float32');
  const statistic = tensor(dtype, statisticsShape(n.shape(0), n.node.int('axis', -1)));
  return [tensor(n.dtype(1), n.shape(0)), statistic];
}

/** A loss per target, or one number when it is summed or averaged. */
function lossShape(n: NodeFacts): Shape | undefined {
  return n.node.string('reduction', 'mean') === 'none' ? n.shape(1) : [];
}

export const normalizationRules: Rules = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: (n) => [tensor(n.dtype(1), n.shape(0))],
  // onnxruntime writes these two into the standard domain when it saves an optimized model.
  SimplifiedLayerNormalization: simplifiedLayerNormalization,
  GroupNormalization: sameAsInput,
  InstanceNormalization: sameAsInput,
  LRN: sameAsInput,
  LpNormalization: sameAsInput,
  MeanVarianceNormalization: sameAsInput,
  Softmax: sameAsInput,
  LogSoftmax: sameAsInput,
  Hardmax: sameAsInput,
  NegativeLogLikelihoodLoss: (n) => [tensor(n.dtype(0), lossShape(n))],
  SoftmaxCrossEntropyLoss: (n) => [tensor(n.dtype(0), lossShape(n)), tensor(n.dtype(0), n.shape(0))],
};
