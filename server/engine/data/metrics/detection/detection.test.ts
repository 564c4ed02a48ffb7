import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TensorValue } from '../../../tensor/tensor-value.ts';
import type { Box, Geometry } from '../../dataset.ts';
import { createMetric } from '../create-metric.ts';
import type { MetricName } from '../metric-schema.ts';
import { decodeDetections } from './decode.ts';
import { boxOverlap } from './detection.ts';

type Numbers = [number, number, number, number];

/** Made-up pictures, and what pycocotools says of them (fixtures/make.py). */
const fixture = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../fixtures/detections.json', import.meta.url)), 'utf8'),
) as {
  pictures: {
    boxes: { class: number; bbox: Numbers; iscrowd: number }[];
    found: { class: number; bbox: Numbers; score: number }[];
  }[];
  map: number;
  map50: number;
};

const geometry: Geometry = {
  width: 160, height: 160, inputWidth: 160, inputHeight: 160, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0,
};

const floats = (dims: readonly number[], values: readonly number[]): TensorValue =>
  ({ dtype: 'float32', dims, data: Float32Array.from(values) });

describe('mean average precision', () => {
  it.each(['map', 'map50'] as const)('%s is what pycocotools computes', (name: MetricName & keyof typeof fixture) => {
    const run = createMetric(name, {
      detections: { type: 'boxes', boxes: 'b', scores: 's', classes: 'c', format: 'xywh', scoreThreshold: 0 },
    }).run();
    for (const [i, { boxes, found }] of fixture.pictures.entries()) {
      const label = boxes.map(({ class: classIndex, bbox: [left, top, width, height], iscrowd }): Box =>
        ({ classIndex, left, top, width, height, ...(iscrowd === 1 && { crowd: true }) }));
      run.add({ id: String(i), feeds: {}, label, geometry }, {
        b: floats([found.length, 4], found.flatMap(({ bbox }) => bbox)),
        s: floats([found.length], found.map(({ score }) => score)),
        c: floats([found.length], found.map((one) => one.class)),
      });
    }
    const result = run.result();
    expect(result.value).toBeCloseTo(fixture[name], 6);
    expect(result.ci95[0]).toBeLessThan(result.value);
    expect(result.ci95[1]).toBeGreaterThan(result.value);
    expect(result.perSample).toHaveLength(fixture.pictures.length);
  });

  it('needs a decoder and boxes', () => {
    expect(() => createMetric('map')).toThrow(/boxes are read/);
    const run = createMetric('map', { detections: { type: 'yolox' } }).run();
    expect(() => run.add({ id: '1', feeds: {}, label: 3 }, {})).toThrow(/needs pictures with boxes/);
  });
});

describe('decoders', () => {
  it('yolox adds the cell, takes the power of e, and goes back to the picture', () => {
    // 16 x 8 pixels at stride 8: two cells. The picture was twice as large and moved by (2, 1).
    const small: Geometry = {
      width: 24, height: 12, inputWidth: 16, inputHeight: 8, scaleX: 0.5, scaleY: 0.5, offsetX: 2, offsetY: 1,
    };
    const rows = [0.5, 0.5, 0, 0, 0, 1, 1, 0, 0.5, Math.log(0.5), 0, 0.5, 0.1, 0.8];
    const output = { o: floats([1, 2, 7], rows) };
    const [found, ...rest] = decodeDetections(output, { type: 'yolox', strides: [8], scoreThreshold: 0.2 }, small, {});
    expect(rest).toEqual([]);
    expect(found!.classIndex).toBe(1);
    expect(found!.score).toBeCloseTo(0.4);
    // In the input: centre (8 + 0, 0.5 * 8), size 4 x 8. In the picture: less the offset, doubled.
    expect(found!.left).toBeCloseTo((8 - 2 - 2) * 2, 5);
    expect(found!.top).toBeCloseTo((4 - 4 - 1) * 2, 5);
    expect(found!.width).toBeCloseTo(8, 5);
    expect(found!.height).toBeCloseTo(16, 5);
    expect(() => decodeDetections(output, { type: 'yolox', strides: [4] }, small, {})).toThrow(/8 cells.*model has 2/);
  });

  it('yolov5 reads rows and yolov8 columns', () => {
    const rows = [10, 20, 4, 6, 0.5, 0.9, 0.2, 50, 60, 4, 6, 0.9, 0.1, 0.8];
    const v5 = decodeDetections({ o: floats([1, 2, 7], rows) }, { type: 'yolov5', bestClassOnly: true }, geometry, {});
    expect(v5.map(({ classIndex, left, top }) => [classIndex, left, top])).toEqual([[1, 48, 57], [0, 8, 17]]);
    // Two classes, five candidates.
    const columns = [10, 50, 90, 10, 130, 20, 60, 90, 20, 130, 4, 4, 4, 4, 4, 6, 6, 6, 6, 6,
      0.9, 0, 0, 0.8, 0, 0, 0.7, 0, 0, 0];
    const v8 = decodeDetections({ o: floats([1, 6, 5], columns) }, { type: 'yolov8' }, geometry, {});
    // The fourth candidate is the first once more, weaker.
    expect(v8.map(({ classIndex, left }) => [classIndex, left])).toEqual([[0, 8], [1, 48]]);
  });

  it.each([
    ['xyxy', [0.1, 0.2, 0.3, 0.5]],
    ['yxyx', [0.2, 0.1, 0.5, 0.3]],
    ['xywh', [0.1, 0.2, 0.2, 0.3]],
    ['cxcywh', [0.2, 0.35, 0.2, 0.3]],
  ] as const)('boxes in %s', (format, box) => {
    const outputs = { b: floats([1, 1, 4], box), s: floats([1, 1, 2], [0.1, 0.9]) };
    const spec = { type: 'boxes', boxes: 'b', scores: 's', format, normalized: true, scoreThreshold: 0.5 } as const;
    const [found] = decodeDetections(outputs, spec, geometry, {});
    expect(found!.classIndex).toBe(1);
    expect(found!.left).toBeCloseTo(16, 4);
    expect(found!.top).toBeCloseTo(32, 4);
    expect(found!.width).toBeCloseTo(32, 4);
    expect(found!.height).toBeCloseTo(48, 4);
  });

  it('measures overlap', () => {
    const box = { left: 0, top: 0, width: 2, height: 2 };
    expect(boxOverlap(box, { left: 1, top: 1, width: 2, height: 2 })).toBeCloseTo(1 / 7);
    expect(boxOverlap(box, { left: 0, top: 0, width: 20, height: 20 }, true)).toBe(1);
    expect(boxOverlap(box, { left: 2, top: 0, width: 2, height: 2 })).toBe(0);
  });
});
