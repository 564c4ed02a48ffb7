/** Answers of a host for a model that has none: what every node and tensor says. */

import type { NodeDetails, TensorError, TensorStatistics } from '../../../protocol/model.ts';
import type { PageModel } from '../../../protocol/page.ts';
import type { HostAnswers } from '../open-page.ts';

export function fakeHost(model: PageModel, more: HostAnswers = {}): HostAnswers {
  return {
    nodeDetails: ({ node }): NodeDetails => ({
      name: model.names.names[node]!,
      opType: 'Conv',
      domain: '',
      documentation: 'https://onnx.ai/onnx/operators/onnx__Conv.html',
      attributes: [{ name: 'kernel_shape', value: '[3, 3]' }, { name: 'strides', value: '[1, 1]' }],
      inputs: [
        { name: 'image', type: 'float32[N,1,28,28]', role: 'X' },
        {
          name: 'conv1.weight', type: 'float32[4,1,3,3]', role: 'W',
          constant: { bytes: 144, elements: 36, external: false },
        },
      ],
      outputs: [{ name: 'conv1_out', type: 'float32[N,4,28,28]', role: 'Y' }],
      metadata: {},
    }),
    tensorStatistics: ({ tensor }): TensorStatistics => ({
      name: tensor, dtype: 'float32', shape: [4, 1, 3, 3], bytes: 144, min: -1, max: 1, mean: 0.01,
      standardDeviation: 0.4, sparsity: 0.25, notFinite: 0,
      histogram: { min: -1, width: 0.25, counts: [1, 2, 5, 10, 9, 6, 2, 1] },
      channels: { axis: 0, min: [-1, -0.5, -0.2, -0.9], max: [1, 0.4, 0.3, 0.8] },
      preview: '0.1 -0.2 0.3',
    }),
    compareTensors: (): TensorError => ({
      elements: 36, compared: 36, equal: 12, rmse: 0.0125, maxAbs: 0.031, sqnrDb: 30.1,
      worst: { index: [3, 0, 1, 2], before: 0.5, after: 0.469 },
    }),
    ...more,
  };
}
