/** Makes a metric from its name and options. */

import { LatheError } from '../../errors.ts';
import { agreement, binary, topK } from './classification.ts';
import { meanAveragePrecision } from './detection/mean-average-precision.ts';
import type { DetectionSpec, MetricName } from './metric-schema.ts';
import type { Metric } from './metric.ts';
import type { OutputChoice } from './outputs.ts';
import { perplexity } from './perplexity.ts';
import { ratioMetric, type RatioDefinition } from './ratio-metric.ts';
import { cosine, iou, meanError, sqnr } from './similarity.ts';
import { characterErrorRate, exactText, type CtcDecoder } from './text-recognition.ts';

export interface MetricOptions extends OutputChoice {
  /** For yes-or-no decisions; 0.5 by default. */
  readonly threshold?: number | undefined;
  readonly detections?: DetectionSpec | undefined;
  readonly ctc?: CtcDecoder | undefined;
  /** Of the bootstrap; 0 by default. */
  readonly seed?: number | undefined;
}

/** @throws LatheError `DATA` when an option that the metric needs is missing */
export function createMetric(name: MetricName, options: MetricOptions = {}): Metric {
  const seed = options.seed ?? 0;
  if (name === 'map50' || name === 'map') {
    if (options.detections) return meanAveragePrecision(name, options.detections, options, seed);
    throw new LatheError('DATA', `"${name}" needs to know how the model's boxes are read.`, {
      fix: 'Add "decoder: { type: yolox }" (or yolov5, yolov8, boxes) to the data.',
    });
  }
  return ratioMetric(definitionOf(name, options), seed);
}

function definitionOf(name: Exclude<MetricName, 'map50' | 'map'>, options: MetricOptions): RatioDefinition {
  const withThreshold = { ...options, threshold: options.threshold ?? 0.5 };
  switch (name) {
    case 'top1': return topK('top1', 1, withThreshold);
    case 'top5': return topK('top5', 5, withThreshold);
    case 'agreement': return agreement(withThreshold);
    case 'binary': return binary(withThreshold);
    case 'cosine': return cosine(options);
    case 'sqnr': return sqnr(options);
    case 'mse':
    case 'mae': return meanError(name, options);
    case 'iou': return iou(withThreshold);
    case 'perplexity': return perplexity(options);
    case 'exact': return exactText(options);
    case 'cer': return characterErrorRate(options);
  }
}
