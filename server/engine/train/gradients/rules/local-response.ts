/** LRN: normalisation by the neighbouring channels (Krizhevsky et al. 2012, section 3.3). */

import type { GradientRule, GradientRules } from '../rule.ts';
import { alongAxis, transposed, type AxisMatrix } from './along-axis.ts';

/** Ones where channel j is among the `size` channels around channel i. */
function window(channels: number, size: number): AxisMatrix {
  const values = new Float64Array(channels * channels);
  const before = Math.floor((size - 1) / 2);
  for (let i = 0; i < channels; i++) {
    const last = Math.min(channels - 1, i - before + size - 1);
    for (let j = Math.max(0, i - before); j <= last; j++) values[i * channels + j] = 1;
  }
  return { outputs: channels, inputs: channels, values };
}

/** y = x s^-β with s = bias + α/size Σ x²: dX = dY s^-β - 2αβ/size · x Σ (dY x s^(-β-1)). */
const localResponse: GradientRule = {
  backward: (g, node, { gradient }) => {
    const x = node.inputs[0]!;
    const size = node.int('size', 1);
    const alpha = node.float('alpha', 1e-4) / size;
    const beta = node.float('beta', 0.75);
    const around = window(g.dims(x)[1]!, size);
    const base = g.add(g.mul(alongAxis(g, g.mul(x, x), 1, around), alpha), node.float('bias', 1));
    const factor = g.emit('Pow', [base, g.like(x, -beta)]);
    const scaled = g.mul(gradient, factor);
    const spread = alongAxis(g, g.div(g.mul(scaled, x), base), 1, transposed(around));
    return [g.sub(scaled, g.mul(g.mul(x, spread), 2 * alpha * beta))];
  },
};

export const localResponseRules: GradientRules = { LRN: localResponse };
