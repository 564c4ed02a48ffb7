/** Outputs of object detectors to boxes. */

import { LatheError } from '../../../errors.ts';
import { describeType, tensorValueFloats, type TensorValue } from '../../../tensor/tensor-value.ts';
import type { Geometry } from '../../dataset.ts';
import type { DetectionSpec } from '../metric-schema.ts';
import type { Outputs } from '../metric.ts';
import { chooseOutput, type OutputChoice } from '../outputs.ts';
import type { Detection } from './detection.ts';
import { suppressOverlaps } from './suppress.ts';
import { textAreas } from './text-areas.ts';

type GridSpec = Exclude<DetectionSpec, { type: 'boxes' | 'db' }>;

/** As results for COCO are made: nearly everything counts, since the figure weighs by score itself. */
const defaultScoreThreshold = 0.001;
const defaultNmsIou = 0.65;
/** Lines of text have no classes to rank: below the threshold of a pixel nothing is left of them. */
const defaultTextScore = 0.3;

/**
 * The objects in one picture, in its own pixels.
 *
 * @throws LatheError `DATA` when the outputs are not what the decoder reads
 */
export function decodeDetections(
  outputs: Outputs,
  spec: DetectionSpec,
  geometry: Geometry,
  choice: OutputChoice,
): Detection[] {
  if (spec.type === 'db') {
    const map = chooseOutput(outputs, choice, ({ dims }) => dims.length === 4);
    return inPicture(textAreas(map, spec.scoreThreshold ?? defaultTextScore, spec), geometry);
  }
  const threshold = spec.scoreThreshold ?? defaultScoreThreshold;
  const bestClassOnly = spec.bestClassOnly ?? false;
  const gridOutput = (): TensorValue => chooseOutput(outputs, choice, ({ dims }) => dims.length === 3);
  const candidates = spec.type === 'boxes'
    ? separateBoxes(outputs, spec, geometry, threshold, bestClassOnly)
    : gridBoxes(gridOutput(), spec, geometry, threshold, bestClassOnly);
  const nmsIou = spec.nmsIou ?? (spec.type === 'boxes' ? undefined : defaultNmsIou);
  const kept = nmsIou === undefined ? candidates : suppressOverlaps(candidates, nmsIou, spec.classAgnostic ?? false);
  return inPicture(kept, geometry);
}

/** From pixels of the model's input to those of the picture. */
function inPicture(detections: readonly Detection[], geometry: Geometry): Detection[] {
  return detections.map((detection) => ({
    ...detection,
    left: (detection.left - geometry.offsetX) / geometry.scaleX,
    top: (detection.top - geometry.offsetY) / geometry.scaleY,
    width: detection.width / geometry.scaleX,
    height: detection.height / geometry.scaleY,
  }));
}

/** Hands over each class whose score reaches the threshold, or the best one alone. */
function forClasses(
  count: number,
  scoreOf: (c: number) => number,
  threshold: number,
  bestOnly: boolean,
  emit: (c: number, score: number) => void,
): void {
  if (!bestOnly) {
    for (let c = 0; c < count; c++) {
      const score = scoreOf(c);
      if (score >= threshold) emit(c, score);
    }
    return;
  }
  let best = 0;
  for (let c = 1; c < count; c++) if (scoreOf(c) > scoreOf(best)) best = c;
  const score = scoreOf(best);
  if (score >= threshold) emit(best, score);
}

/** The YOLO family: candidates with their box, objectness and class scores in one tensor. */
function gridBoxes(
  output: TensorValue,
  spec: GridSpec,
  geometry: Geometry,
  threshold: number,
  bestOnly: boolean,
): Detection[] {
  const values = tensorValueFloats(output);
  const [batch, second = 0, third = 0] = output.dims;
  const columns = spec.type === 'yolov8';
  const [count, fields] = columns ? [third, second] : [second, third];
  const firstScore = columns ? 4 : 5;
  if (output.dims.length !== 3 || batch !== 1 || fields <= firstScore) {
    const wanted = columns ? '[1, 4 + classes, candidates]' : '[1, candidates, 5 + classes]';
    throw new LatheError('DATA', `The decoder "${spec.type}" reads ${wanted}, not `
      + `${describeType(output.dtype, output.dims)}.`, { fix: 'Choose another decoder, or name its output.' });
  }
  const at = (candidate: number, field: number): number =>
    values[columns ? field * count + candidate : candidate * fields + field]!;
  const cells = spec.type === 'yolox' ? gridCells(geometry, spec.strides ?? [8, 16, 32], count) : undefined;
  const detections: Detection[] = [];
  for (let i = 0; i < count; i++) {
    const objectness = columns ? 1 : at(i, 4);
    if (objectness < threshold) continue;
    const stride = cells ? cells.stride[i]! : 1;
    const x = cells ? (at(i, 0) + cells.x[i]!) * stride : at(i, 0);
    const y = cells ? (at(i, 1) + cells.y[i]!) * stride : at(i, 1);
    const width = cells ? Math.exp(at(i, 2)) * stride : at(i, 2);
    const height = cells ? Math.exp(at(i, 3)) * stride : at(i, 3);
    const scoreOf = (c: number): number => objectness * at(i, firstScore + c);
    forClasses(fields - firstScore, scoreOf, threshold, bestOnly, (classIndex, score) => {
      detections.push({ classIndex, score, left: x - width / 2, top: y - height / 2, width, height });
    });
  }
  return detections;
}

interface Cells {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly stride: Float64Array;
}

/** The cell of each candidate: the grids one after the other, row by row. */
function gridCells(geometry: Geometry, strides: readonly number[], count: number): Cells {
  const cells = { x: new Float64Array(count), y: new Float64Array(count), stride: new Float64Array(count) };
  let i = 0;
  for (const stride of strides) {
    const rows = Math.floor(geometry.inputHeight / stride);
    const columns = Math.floor(geometry.inputWidth / stride);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        cells.x[i] = column;
        cells.y[i] = row;
        cells.stride[i] = stride;
      }
    }
  }
  if (i === count) return cells;
  throw new LatheError('DATA', `Grids of strides ${strides.join(', ')} have ${i} cells, but the model has ${count}.`, {
    fix: 'Give the strides of the model in "decoder: { strides: … }".',
  });
}

/** Boxes, scores and classes in outputs of their own. */
function separateBoxes(
  outputs: Outputs,
  spec: Extract<DetectionSpec, { type: 'boxes' }>,
  geometry: Geometry,
  threshold: number,
  bestOnly: boolean,
): Detection[] {
  const read = (name: string): Float32Array => tensorValueFloats(chooseOutput(outputs, { output: name }));
  const boxes = read(spec.boxes);
  const scores = read(spec.scores);
  const classes = spec.classes === undefined ? undefined : read(spec.classes);
  const count = boxes.length / 4;
  const perBox = scores.length / count;
  if (!Number.isInteger(count) || !Number.isInteger(perBox) || (classes && classes.length !== count)) {
    if (boxes.length === 0) return [];
    throw new LatheError('DATA', `"${spec.boxes}" and "${spec.scores}" do not have as many boxes as each other.`, {
      detail: `${boxes.length} coordinates, ${scores.length} scores`,
      fix: 'Boxes are [boxes, 4], scores [boxes] or [boxes, classes].',
    });
  }
  const scaleX = spec.normalized ? geometry.inputWidth : 1;
  const scaleY = spec.normalized ? geometry.inputHeight : 1;
  const first = spec.firstClass ?? 0;
  const detections: Detection[] = [];
  for (let i = 0; i < count; i++) {
    const box = corners(boxes.subarray(4 * i, 4 * i + 4), spec.format ?? 'xyxy');
    const place = { left: box[0] * scaleX, top: box[1] * scaleY, width: box[2] * scaleX, height: box[3] * scaleY };
    forClasses(perBox, (c) => scores[i * perBox + c]!, threshold, bestOnly, (c, score) => {
      detections.push({ classIndex: (classes ? classes[i]! : c) - first, score, ...place });
    });
  }
  return detections;
}

/** Left, top, width and height of the four numbers of a box. */
function corners(
  box: Float32Array,
  format: 'xyxy' | 'yxyx' | 'xywh' | 'cxcywh',
): readonly [left: number, top: number, width: number, height: number] {
  const [a, b, c, d] = box as unknown as [number, number, number, number];
  switch (format) {
    case 'xyxy': return [a, b, c - a, d - b];
    case 'yxyx': return [b, a, d - b, c - a];
    case 'xywh': return [a, b, c, d];
    case 'cxcywh': return [a - c / 2, b - d / 2, c, d];
  }
}
