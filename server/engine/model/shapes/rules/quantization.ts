/** Quantization in the standard domain. */

import type { DataType } from '../../../tensor/dtype.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Rules } from '../node-facts.ts';

/** An attribute decides from opset 21 on, else the zero point, which may be left out for uint8. */
function quantizedDtype(n: NodeFacts): DataType {
  const named = n.dtypeAttribute('output_dtype', 'undefined');
  if (named !== 'undefined') return named;
  return n.has(2) ? n.dtype(2) : 'uint8';
}

/** The type of the scale, unless an attribute (opset 23) names another. */
function dequantizedDtype(n: NodeFacts): DataType {
  const named = n.dtypeAttribute('output_dtype', 'undefined');
  return named === 'undefined' ? n.dtype(1) : named;
}

export const quantizationRules: Rules = {
  QuantizeLinear: (n) => [tensor(quantizedDtype(n), n.shape(0))],
  DequantizeLinear: (n) => [tensor(dequantizedDtype(n), n.shape(0))],
  DynamicQuantizeLinear: (n) => [tensor('uint8', n.shape(0)), tensor('float32', []), tensor('uint8', [])],
};
