/** Causes that lie in a layer's weights and in where the layer stands. */

import { decibels } from '../../tensor/affine.ts';
import { quantizeWeights } from '../../passes/quantize/weights.ts';
import { keepFloat, layerRule, type CauseTest } from './cause.ts';
import type { Subject } from './subject.ts';

const spreadRatio = 8;
/** Noise that is so much weaker adds a fifth. */
const heardBesideDb = 6;
/** A limit that costs less is no cause. */
const audibleCostDb = 1;
/** int32 sums leave this much for a bias: see `smallestScales` of the pass. */
const biasLimit = 2 ** 30;

const perChannel = { kind: 'option', step: 'quantize', option: 'perChannel', value: true } as const;

/** [channels] largest magnitudes. */
function channelMaxima({ weights, role: { layout } }: Subject): Float64Array {
  const maxima = new Float64Array(layout.channels);
  for (let channel = 0; channel < layout.channels; channel++) {
    for (let k = 0; k < layout.reduction; k++) {
      maxima[channel] = Math.max(maxima[channel]!, Math.abs(weights[layout.index(channel, k)]!));
    }
  }
  return maxima;
}

/** Whether the weights' part of the layer's error is heard beside that of its activations. */
function weightsMatter({ finding: { weightsDb, activationsDb } }: Subject): boolean {
  return weightsDb === undefined || activationsDb === undefined || weightsDb < activationsDb + heardBesideDb;
}

/** LTH3037: one scale for weights whose channels differ, which depthwise convolutions bear worst. */
export const sharedWeightScale: CauseTest = (subject) => {
  const { weightScales, node, role, target } = subject;
  if (weightScales.length > 1 || role.layout.channels < 2) return undefined;
  const sorted = channelMaxima(subject).sort();
  const largest = sorted.at(-1)!;
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  if (!(middle > 0) || largest / middle < spreadRatio) return undefined;
  const kind = node.is('Conv') && node.int('group', 1) === role.layout.channels ? 'depthwise weights' : 'weights';
  return {
    code: 'LTH3037',
    message: `Its ${kind} share one scale, but differ ${(largest / middle).toFixed(0)}-fold from channel to channel.`,
    ...(target.perChannel
      ? { fix: 'Give each output channel a scale of its own.', edit: perChannel }
      : keepFloat(subject)),
    gainDb: 20 * Math.log10(largest / middle),
    measured: false,
  };
};

/** LTH3036: keeping pairs of products within 16 bits costs precision. */
export const saturationLimit: CauseTest = (subject) => {
  const { settings, role, weights, node, target } = subject;
  if (!settings.limitPairs || !role.pairwise || !target.int8.saturates || !weightsMatter(subject)) return undefined;
  const type = settings.weightType(node);
  const perChannel = settings.perChannel(node);
  const dbOf = (pairSafe: boolean): number => {
    const { signalPower, noisePower } = quantizeWeights(weights, role.layout, {
      type, perChannel, pairSafe, search: true,
    });
    return decibels(signalPower, noisePower);
  };
  const cost = dbOf(false) - dbOf(true);
  if (!(cost > audibleCostDb)) return undefined;
  return {
    code: 'LTH3036',
    message: `"${target.name}" adds pairs of products in 16 bits. Weights that never overflow there keep `
      + `${cost.toFixed(1)} dB less of their precision.`,
    fix: 'Choose a target with VNNI if the model runs on such processors only; else keep the layer in float.',
    edit: target.name === 'x64' ? { kind: 'target', target: 'x64-vnni' } : layerRule(subject, { keep: 'float' }),
    gainDb: cost,
    measured: false,
  };
};

/** LTH3035: a bias so large that it forces coarser weights. */
export const biasOverflow: CauseTest = (subject) => {
  const { bias, weightScales, values } = subject;
  const input = values.find(({ side }) => side === 'input');
  if (!bias || !input) return undefined;
  const { params: { scale } } = input;
  const forced = Array.from(bias).filter((one, channel) => {
    const own = weightScales[weightScales.length > 1 ? channel : 0]!;
    return Math.abs(one) / (scale * biasLimit) >= own * 0.999;
  });
  if (forced.length === 0) return undefined;
  return {
    code: 'LTH3035',
    message: `${forced.length} of its ${bias.length} biases are so large beside its inputs and weights that they would `
      + 'not fit 32 bits: the weights of those channels are coarser for it.',
    ...keepFloat(subject),
  };
};

/** LTH3038: the ends of a network, where nothing averages errors out and float costs little. */
export const sensitivePlace: CauseTest = (subject) => {
  const { place, finding: { layer } } = subject;
  if (place === 'inner') return undefined;
  const bytes = Math.round((layer.weightBytes * 3) / 4);
  const why = place === 'first'
    ? 'It reads the input of the network, and everything behind it sees its error'
    : 'Its results are the output of the network, and nothing behind it averages errors out';
  return { code: 'LTH3038', message: `${why}; in float it takes ${bytes} bytes more.`, ...keepFloat(subject) };
};
