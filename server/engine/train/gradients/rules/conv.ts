/** Convolution and its transpose. */

import type { Node } from '../../../model/node.ts';
import { blockedConv, blockingPays } from '../blocked-conv.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';
import { convInputGradient } from './conv-input.ts';
import { convWeightGradient } from './conv-weight.ts';
import { checkRank, transposedWindowsOf, windowAttributes, windowsOf } from './windows.ts';

/** A bias is added everywhere, so its gradient is the sum over samples and places. */
function biasGradient(g: GraphBuilder, gradient: string): string {
  return g.reduceSum(gradient, g.dims(gradient).flatMap((_, axis) => (axis === 1 ? [] : [axis])));
}

function spatial(g: GraphBuilder, node: Node): { kernel: number[]; from: number[]; to: number[] } {
  const [kernel, from, to] = [node.inputs[1]!, node.inputs[0]!, node.outputs[0]!].map((name) => g.dims(name).slice(2));
  checkRank(node, kernel!.length);
  return { kernel: kernel!, from: from!, to: to! };
}

const conv: GradientRule = {
  forward: (g, node, needs) => {
    const [x, w, b] = node.inputs as [string, string, string?];
    const { kernel, from, to } = spatial(g, node);
    const windows = windowsOf(node, kernel, from, to);
    // Constant weights onnxruntime brings into blocks by itself.
    if (needs(1) && blockingPays(g, x, g.dims(w), windows)) blockedConv(g, [x, w, b], windows, node.outputs[0]);
    else g.keep(node);
    return [];
  },
  backward: (g, node, { gradient, needs }) => {
    const [x, w] = node.inputs as [string, string];
    const { kernel, from, to } = spatial(g, node);
    const windows = windowsOf(node, kernel, from, to);
    return [
      needs(0) ? convInputGradient(g, g.dims(x), w, gradient, windows) : undefined,
      needs(1) ? convWeightGradient(g, x, g.dims(w), gradient, windows) : undefined,
      needs(2) ? biasGradient(g, gradient) : undefined,
    ];
  },
};

/** The transpose of a convolution: what it reads and what it makes change places. */
const convTranspose: GradientRule = {
  backward: (g, node, { gradient, needs }) => {
    const [x, w] = node.inputs as [string, string];
    const { kernel, from, to } = spatial(g, node);
    const windows = transposedWindowsOf(node, kernel, from, to);
    const input = (): string => {
      const full = g.emit('Conv', [gradient, w], windowAttributes(windows));
      const axes = from.map((_, i) => i + 2);
      const isWhole = g.dims(full).slice(2).every((length, i) => length === from[i]);
      return isWhole ? full : g.slice(full, from.map(() => 0), from, axes);
    };
    return [
      needs(0) ? input() : undefined,
      needs(1) ? convWeightGradient(g, gradient, g.dims(w), x, windows) : undefined,
      needs(2) ? biasGradient(g, gradient) : undefined,
    ];
  },
};

export const convolutionRules: GradientRules = { Conv: conv, ConvTranspose: convTranspose };
