/** Causes that lie in the values that a layer reads and makes. */

import { affineParams, representableRange, type Range } from '../../tensor/affine.ts';
import { integerRange } from '../../tensor/dtype.ts';
import type { Histogram } from '../../tensor/histogram.ts';
import { calibrateRange, expectedError } from '../../passes/quantize/static/ranges.ts';
import { layerRule, percent, type CauseTest } from './cause.ts';
import type { QuantizedValue, Subject } from './subject.ts';

const mostOfThem = 0.999;
/** When most values lie within this share of the codes, a few waste the rest. */
const crowdedShare = 0.25;
/** Share of the squared error that clipping makes, from where it is the cause. */
const clippedShare = 0.5;
const unusedShare = 0.3;
/** Channels this much apart leave the small ones few codes. */
const channelRatio = 16;

/** Share of the values that lie in a range; those of a bin count by its middle. */
function shareWithin({ counts, start, binWidth, zeros }: Histogram, { min, max }: Range): number {
  let inside = zeros;
  let total = zeros;
  for (let i = 0; i < counts.length; i++) {
    const center = start + (i + 0.5) * binWidth;
    total += counts[i]!;
    if (center >= min && center <= max) inside += counts[i]!;
  }
  return total === 0 ? 1 : inside / total;
}

/** What a calibrator's rule for the layer changes: what it reads is for the rule of the layer that makes it. */
function made({ values }: Subject): QuantizedValue[] {
  return values.filter(({ side }) => side === 'output');
}

function what(value: QuantizedValue): string {
  return value.side === 'input' ? 'the values it reads' : 'the values it makes';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** LTH3032: a few large values stretch the range, and the many small ones share few codes. */
export const outliers: CauseTest = (subject) => {
  for (const value of made(subject)) {
    const range = representableRange(value.params);
    let share = 1;
    while (share > 1 / 64 && shareWithin(value.histogram, scaled(range, share / 2)) >= mostOfThem) share /= 2;
    if (share > crowdedShare) continue;
    const fixed = narrower(subject, value);
    return {
      code: 'LTH3032',
      message: `${percent(mostOfThem)} of ${what(value)} lie within ${percent(share)} of the range, which a few large `
        + 'ones stretch: most codes are hardly used.',
      fix: `Calibrate the layer by ${fixed}, which cuts the largest values.`,
      edit: layerRule(subject, { calibration: fixed }),
    };
  }
  return undefined;
};

/** The calibrator that cuts more: percentile, unless that is what was used. */
function narrower({ method }: Subject, { histogram, params }: QuantizedValue): 'percentile' | 'mse' {
  const symmetric = params.zeroPoint === 0 && params.type.startsWith('int');
  const width = (by: 'percentile' | 'mse'): number => {
    const { min, max } = calibrateRange(histogram, { method: by, type: params.type, symmetric, percentile: 99.99 });
    return max - min;
  };
  if (method === 'percentile') return 'mse';
  return method === 'mse' || width('percentile') < width('mse') ? 'percentile' : 'mse';
}

function scaled({ min, max }: Range, by: number): Range {
  return { min: min * by, max: max * by };
}

/** LTH3033: values outside of the range are cut, and that makes most of the error. */
export const clipping: CauseTest = (subject) => {
  for (const value of made(subject)) {
    const { histogram, params } = value;
    const range = representableRange(params);
    if (histogram.min >= range.min - params.scale / 2 && histogram.max <= range.max + params.scale / 2) continue;
    const options = { method: 'min-max', type: params.type, symmetric: false, percentile: 100 } as const;
    const error = expectedError(histogram, range, options);
    const rounding = (params.scale * params.scale) / 12;
    const clipped = 1 - rounding / Math.max(error, rounding);
    if (clipped < clippedShare) continue;
    return {
      code: 'LTH3033',
      message: `${percent(1 - shareWithin(histogram, range))} of ${what(value)} lie outside of the range and are cut, `
        + `which makes ${percent(clipped)} of their error.`,
      fix: 'Calibrate the layer by min-max, which covers all values.',
      edit: layerRule(subject, { calibration: 'min-max' }),
    };
  }
  return undefined;
};

/** LTH3034: a range centred on zero for values of one sign leaves half of the codes unused. */
export const unusedCodes: CauseTest = (subject) => {
  for (const value of subject.values) {
    const { histogram, params } = value;
    const range = representableRange(params);
    const needed = { min: Math.max(range.min, Math.min(0, histogram.min)), max: Math.min(range.max, histogram.max) };
    const unused = 1 - (needed.max - needed.min) / (range.max - range.min);
    if (unused < unusedShare) continue;
    const { min, max } = integerRange(params.type);
    const finer = affineParams(needed, params.type, false).scale;
    return {
      code: 'LTH3034',
      message: `${percent(unused)} of the ${max - min + 1} codes of ${what(value)} stand for numbers that never occur: `
        + `they lie between ${histogram.min.toPrecision(3)} and ${histogram.max.toPrecision(3)}.`,
      ...(subject.settings.symmetric && !subject.target.symmetricActivations
        ? {
          fix: 'Let ranges have a zero point of their own.',
          edit: { kind: 'option', step: 'quantize', option: 'symmetric', value: false } as const,
        }
        : {
          fix: 'Calibrate the layer by min-max.',
          edit: layerRule(subject, { calibration: 'min-max' }),
        }),
      gainDb: 20 * Math.log10(params.scale / finer),
      measured: false,
    };
  }
  return undefined;
};

/** LTH3031: channels of very different size share one scale. */
export const channelSpread: CauseTest = (subject) => {
  for (const value of subject.values) {
    const ranges = value.channelRanges;
    if (!ranges || ranges.length < 2) continue;
    const sorted = Float64Array.from(ranges).sort();
    const largest = sorted.at(-1)!;
    const middle = sorted[Math.floor(sorted.length / 2)]!;
    if (!(middle > 0) || largest / middle < channelRatio) continue;
    const codes = Math.max(1, Math.round(middle / value.params.scale));
    return {
      code: 'LTH3031',
      message: `${capital(what(value))} differ ${(largest / middle).toFixed(0)}-fold from channel to channel, and one `
        + `scale serves all: the middle one of ${ranges.length} channels has ${codes} codes.`,
      fix: 'Use 16-bit activations for the layer, or keep it in float.',
      edit: layerRule(subject, { keep: 'float' }),
    };
  }
  return undefined;
};
