/** Normalisation of a sum, as onnxruntime's fused operators have it: taken apart into the sum and the normalisation. */

import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { Decomposition, GradientRules } from '../rule.ts';

/** Adds input, skip and, where there is one, the bias; the fourth output is that sum. */
function sumOf(g: GraphBuilder, node: Node, bias: string | undefined): string {
  const [x = '', skip = ''] = node.inputs;
  const shifted = bias === undefined ? x : g.add(x, bias);
  const [y = '', , , named = ''] = node.outputs;
  const sum = named === '' ? g.uniqueName(`${y}_sum`) : named;
  g.put({ opType: 'Add', inputs: [shifted, skip], outputs: [sum] });
  return sum;
}

const skipLayerNormalization: Decomposition = {
  decompose: (g, node) => {
    const sum = sumOf(g, node, node.input(4));
    const { name, attributes } = node;
    const inputs = [sum, node.inputs[2]!, ...(node.input(3) === undefined ? [] : [node.input(3)!])];
    g.put({ name, opType: 'LayerNormalization', inputs, outputs: [node.outputs[0]!], attributes });
  },
};

const skipSimplifiedLayerNormalization: Decomposition = {
  decompose: (g, node) => {
    const sum = sumOf(g, node, node.input(3));
    const { name, attributes } = node;
    const inputs = [sum, node.inputs[2]!];
    g.put({ name, opType: 'SimplifiedLayerNormalization', inputs, outputs: [node.outputs[0]!], attributes });
  },
};

export const skipNormalizationRules: GradientRules = {
  'com.microsoft::SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft::SkipSimplifiedLayerNormalization': skipSimplifiedLayerNormalization,
};
