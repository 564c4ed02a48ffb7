/** Names of the metrics, and the `decoder` key that some of them need. */

import * as z from 'zod';

export const metricNames = [
  'top1',
  'top5',
  'agreement',
  'cosine',
  'sqnr',
  'mse',
  'mae',
  'perplexity',
  'map50',
  'map',
  'exact',
  'cer',
  'binary',
  'iou',
] as const;

export type MetricName = (typeof metricNames)[number];

const fraction = z.number().min(0).max(1);

const detections = {
  scoreThreshold: fraction.optional().describe(
    'Detections below are dropped; 0.001 by default, as COCO results are made.',
  ),
  nmsIou: fraction.optional().describe(
    'Of two boxes of a class that overlap more than this, the weaker is dropped; 0.65.',
  ),
  classAgnostic: z.boolean().optional().describe('Boxes of different classes suppress each other too.'),
  bestClassOnly: z.boolean().optional().describe('Each candidate counts for its best class only, not for all of them.'),
};

const outputName = z.string().min(1);

export const decoderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('yolox').describe(
      'Rows of x, y, log width, log height, objectness and class scores, relative to grids.',
    ),
    strides: z.array(z.int().min(1)).min(1).optional().describe(
      'Pixels per cell of each grid; [8, 16, 32] by default.',
    ),
    ...detections,
  }),
  z.strictObject({
    type: z.literal('yolov5').describe(
      'Rows of centre x, centre y, width, height, objectness and class scores, in pixels.',
    ),
    ...detections,
  }),
  z.strictObject({
    type: z.literal('yolov8').describe('Columns of centre x, centre y, width, height and class scores, in pixels.'),
    ...detections,
  }),
  z.strictObject({
    type: z.literal('boxes').describe('Boxes, scores and classes in outputs of their own.'),
    boxes: outputName.describe('Output of [boxes, 4].'),
    scores: outputName.describe('Output of [boxes], or of [boxes, classes] when there is no `classes` output.'),
    classes: outputName.optional().describe('Output of [boxes]: class indices.'),
    format: z.enum(['xyxy', 'yxyx', 'xywh', 'cxcywh']).optional().describe(
      'What the four numbers are; `xyxy` by default.',
    ),
    normalized: z.boolean().optional().describe('Coordinates go from 0 to 1 instead of counting pixels.'),
    firstClass: z.int().optional().describe('The number that the model has for the first class; 0 by default.'),
    ...detections,
    nmsIou: fraction.optional().describe(
      'Overlap from which the weaker box of a class is dropped; by default none is.',
    ),
  }),
  z.strictObject({
    type: z.literal('db').describe('A map of how likely each pixel is in a line of text; areas become boxes.'),
    scoreThreshold: fraction.optional().describe('Lines whose mean is below are dropped; 0.3 by default.'),
    pixelThreshold: fraction.optional().describe('From which a pixel belongs to a line; 0.3 by default.'),
    unclip: z.number().min(0).optional().describe(
      'How far boxes grow back: their area, times this, over their perimeter; 1.5 by default.',
    ),
  }),
  z.strictObject({
    type: z.literal('ctc').describe('Scores of characters at each step of a text line; repeats merge, blanks vanish.'),
    dictionary: z.string().min(1).describe('A file with one character a line, in the order of the scores.'),
    blank: z.int().min(0).optional().describe('Index of the blank; 0 by default. It is not in the dictionary.'),
    space: z.boolean().optional().describe(
      'A space follows the last character of the dictionary; by default where the scores have room for one.',
    ),
  }),
]);

export type DecoderSpec = z.output<typeof decoderSchema>;
export type DetectionSpec = Exclude<DecoderSpec, { type: 'ctc' }>;
export type CtcSpec = Extract<DecoderSpec, { type: 'ctc' }>;
