/** Batch normalization (Ioffe and Szegedy 2015), with the batch's statistics or as in use. */

import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { BackwardCall, GradientRule, GradientRules } from '../rule.ts';

/** Axes that are summed over: all but the channels. */
function others(g: GraphBuilder, value: string): number[] {
  return g.dims(value).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
}

function channels(g: GraphBuilder, node: Node): number {
  return g.dims(node.inputs[0]!)[1]!;
}

/** value · scale + bias, channel by channel: onnxruntime's fastest way to say it. */
function affine(g: GraphBuilder, value: string, scale: string, bias: string): string {
  const dims = g.dims(scale);
  const zeros = g.filled(g.dtype(value), dims, 0);
  const ones = g.filled(g.dtype(value), dims, 1);
  return g.emit('BatchNormalization', [value, scale, bias, zeros, ones], { epsilon: attr.float(0) });
}

const batchNorm: GradientRule = {
  /**
   * In training mode onnxruntime writes the new running statistics over the buffers of the old ones, constants and fed
   * arrays included, unless those outputs leave the graph. So they do, and with a momentum of 0 they are the batch's
   * own; the running averages are kept by the trainer (`GraphBuilder.tracked`).
   */
  forward: (g, node, needs) => {
    const [x, scale, bias, runningMean, runningVariance] = node.inputs as [string, string, string, string, string];
    const learns = needs(1) || needs(2);
    if (g.batchNorm === 'frozen' || !learns || !g.constant(runningMean) || !g.constant(runningVariance)) {
      g.keep(node);
      return [];
    }
    const dtype = g.dtype(x);
    const count = channels(g, node);
    const [mean, variance] = [g.uniqueName(`${node.label}_mean`), g.uniqueName(`${node.label}_variance`)];
    // Not shared with anybody, should they be written to after all.
    const own = (value: number): string =>
      g.tensor(Tensor.from('unused', dtype, [count], new Float64Array(count).fill(value)));
    g.put({
      name: node.name,
      opType: 'BatchNormalization',
      inputs: [x, scale, bias, own(0), own(1)],
      outputs: [node.outputs[0]!, mean, variance],
      attributes: {
        epsilon: attr.float(node.float('epsilon', 1e-5)),
        momentum: attr.float(0),
        training_mode: attr.int(1),
      },
    });
    g.output(mean);
    g.output(variance);
    const samples = g.dims(x).reduce((a, b) => a * b, 1) / count;
    // The batch's own variance is too small by this factor as an estimate for all data.
    const unbiased = samples > 1 ? g.mul(variance, samples / (samples - 1)) : variance;
    g.tracked.push({ running: runningMean, batch: mean }, { running: runningVariance, batch: unbiased });
    return [mean, variance];
  },
  backward: (g, node, call) =>
    call.saved.length > 0 ? trainingGradients(g, node, call) : frozenGradients(g, node, call),
};

/**
 * With m values a channel and x̂ the normalized input: dγ = Σ dY·x̂, dβ = Σ dY and
 * dX = γ/σ · (dY - dβ/m - x̂·dγ/m), which is linear in dY and X channel by channel.
 */
function trainingGradients(
  g: GraphBuilder,
  node: Node,
  { gradient, needs, saved }: BackwardCall,
): (string | undefined)[] {
  const [x, scale] = node.inputs as [string, string];
  const [mean, variance] = saved as [string, string];
  const samples = g.dims(x).reduce((a, b) => a * b, 1) / channels(g, node);
  const inverse = inverseDeviation(g, variance, node);
  const axes = others(g, x);
  const dBias = g.reduceSum(gradient, axes);
  const product = g.reduceSum(g.mul(gradient, x), axes);
  const dScale = g.mul(g.sub(product, g.mul(mean, dBias)), inverse);
  if (!needs(0)) return [undefined, dScale, dBias];
  const ofGradient = g.mul(scale, inverse);
  const ofInput = g.mul(g.mul(ofGradient, inverse), g.mul(dScale, -1 / samples));
  const constant = g.sub(g.mul(ofGradient, g.mul(dBias, -1 / samples)), g.mul(ofInput, mean));
  const zeros = g.filled(g.dtype(x), g.dims(scale), 0);
  return [g.add(affine(g, gradient, ofGradient, constant), affine(g, x, ofInput, zeros)), dScale, dBias];
}

function inverseDeviation(g: GraphBuilder, variance: string, node: Node): string {
  return g.emit('Reciprocal', [g.emit('Sqrt', [g.add(variance, node.float('epsilon', 1e-5))])]);
}

/** Mean and variance are constants: a scale and an offset a channel. */
function frozenGradients(
  g: GraphBuilder,
  node: Node,
  { gradient, needs }: BackwardCall,
): (string | undefined)[] {
  const [x, scale, , mean, variance] = node.inputs as [string, string, string, string, string];
  const inverse = inverseDeviation(g, variance, node);
  const axes = others(g, x);
  const zeros = g.filled(g.dtype(x), g.dims(scale), 0);
  const dBias = needs(1) || needs(2) ? g.reduceSum(gradient, axes) : undefined;
  const dScale = (): string => {
    const product = g.reduceSum(g.mul(gradient, x), axes);
    return g.mul(g.sub(product, g.mul(mean, dBias!)), inverse);
  };
  return [
    needs(0) ? affine(g, gradient, g.mul(scale, inverse), zeros) : undefined,
    needs(1) ? dScale() : undefined,
    dBias,
  ];
}

export const batchNormRules: GradientRules = { BatchNormalization: batchNorm };
