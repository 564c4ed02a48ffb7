import { describe, expect, it } from 'vitest';
import { tensorValueFloats } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import type { ModelInput } from '../dataset.ts';
import type { Picture } from '../pictures/picture.ts';
import { arrange } from './arrange.ts';
import { pictureForm, pictureInput } from './input-form.ts';
import { normalizer } from './normalize.ts';
import { channelCount, planPreprocess } from './plan.ts';
import type { PreprocessSpec } from './schema.ts';
import { tensorMaker } from './to-tensor.ts';

const input = (shape: ModelInput['shape'], dtype: ModelInput['dtype'] = 'float32'): ModelInput =>
  ({ name: 'x', dtype, shape });

/** Red counts columns, green counts rows. */
function ramp(width: number, height: number, channels: number): Picture {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[(y * width + x) * channels] = x;
      if (channels > 1) data[(y * width + x) * channels + 1] = y;
    }
  }
  return { width, height, channels, data };
}

function sizes(spec: PreprocessSpec | undefined, shape: ModelInput['shape'], width: number, height: number) {
  const plan = planPreprocess(spec, input(shape));
  const { picture, geometry } = arrange(ramp(width, height, channelCount(plan.channels)), plan.geometry);
  return { size: [picture.width, picture.height], geometry };
}

describe('the form of an input', () => {
  it.each([
    [['N', 3, 224, 224], 'NCHW', 3],
    [[1, 320, 320, 4], 'NHWC', 4],
    [[1, 1, 28, 28], 'NCHW', 1],
    [['N', 'h', 'w', 3], 'NHWC', 3],
    [['N', 3, 'h', 'w'], 'NCHW', 3],
    [[3, 32, 32], 'NCHW', 3],
    [undefined, 'NCHW', undefined],
  ] as const)('%j is %s of %s channels', (shape, layout, channels) => {
    expect(pictureForm(input(shape))).toMatchObject({ layout, ...(channels && { channels }) });
  });

  it('leaves out what takes no pictures', () => {
    for (const shape of [[1, 128], [1, 16, 96], ['N', 2048], [1, 7, 9, 9], []]) expect(pictureForm(input(shape)))
      .toBeUndefined();
    const inputs = [{ ...input([1, 4]), name: 'a' }, { ...input([1, 3, 8, 8]), name: 'b' }];
    expect(pictureInput(inputs).name).toBe('b');
    expect(() => pictureInput(inputs, 'c')).toThrow(/no input "c"/);
    expect(() => pictureInput(inputs, 'a')).toThrow(/not take pictures/);
  });
});

describe('sizes', () => {
  it('resizes the shorter side and crops about the centre', () => {
    const { size, geometry } = sizes('imagenet', [1, 3, 224, 224], 500, 400);
    expect(size).toEqual([224, 224]);
    // 400 -> 256, 500 -> 320; 48 and 16 pixels are cut at the left and the top.
    expect(geometry).toMatchObject({ scaleX: 320 / 500, scaleY: 256 / 400, offsetX: -48, offsetY: -16, width: 500,
      height: 400 });
    expect(sizes({ resize: 100, crop: 51 }, [1, 3, 'h', 'w'], 200, 300).geometry).toMatchObject({ offsetX: -24,
      offsetY: -50 });
  });

  it('leaves a picture alone that has the size of the input', () => {
    expect(sizes('imagenet', [1, 3, 32, 32], 32, 32).geometry).toMatchObject({ scaleX: 1, offsetX: 0 });
    expect(sizes({ resize: 64, crop: 32 }, [1, 3, 32, 32], 32, 32).geometry).toMatchObject({ scaleX: 1, offsetX: 0 });
    expect(sizes('imagenet', [1, 3, 224, 224], 256, 256).geometry).toMatchObject({ scaleX: 1, offsetX: -16 });
  });

  it('fits the rest without words', () => {
    expect(sizes('none', [1, 3, 20, 40], 100, 100).size).toEqual([40, 20]);
    expect(sizes('none', [1, 3, 'h', 'w'], 13, 17).size).toEqual([13, 17]);
    expect(sizes({ resize: { height: 48 } }, [1, 3, 48, 'w'], 57, 28).size).toEqual([98, 48]);
    expect(sizes({ resize: { longest: 640, multipleOf: 32 } }, [1, 3, 'h', 'w'], 1000, 500).size).toEqual([640, 320]);
    expect(sizes({ resize: { height: 10, width: 20 } }, [1, 3, 10, 20], 7, 7).size).toEqual([20, 10]);
  });

  it('puts a letter in a box', () => {
    const box = sizes({ letterbox: { anchor: 'top-left' } }, [1, 3, 416, 416], 640, 427);
    expect(box.size).toEqual([416, 416]);
    expect(box.geometry).toMatchObject({ scaleX: 0.65, scaleY: 0.65, offsetX: 0, offsetY: 0, inputHeight: 416 });
    const plan = planPreprocess({ letterbox: { size: { width: 8, height: 4 }, pad: 9 } }, input([1, 1, 'h', 'w']));
    const { picture, geometry } = arrange(ramp(2, 2, 1), plan.geometry);
    expect([...picture.data.subarray(0, 8)].map((value) => (value === 9 ? 9 : 0))).toEqual([9, 9, 0, 0, 0, 0, 9, 9]);
    expect(geometry).toMatchObject({ offsetX: 2, offsetY: 0, scaleX: 2 });
  });

  it('says what does not fit', () => {
    expect(() => sizes({ resize: 10, crop: 20 }, [1, 3, 'h', 'w'], 30, 30)).toThrow(/20 x 20 pixels cannot be cut/);
    expect(() => sizes({ resize: 40, crop: 20 }, [1, 3, 30, 30], 50, 50))
      .toThrow(/20 x 20 pixels, but the model takes 30/);
    expect(() => sizes({ letterbox: {} }, [1, 3, 'h', 'w'], 5, 5)).toThrow(/size of its pictures open/);
    expect(() => sizes({ letterbox: {}, crop: 3 }, [1, 3, 8, 8], 5, 5)).toThrow(/exclude each other/);
    expect(() => planPreprocess({ channels: 'GRAY' }, input([1, 3, 8, 8]))).toThrow(/has 3/);
    expect(() => planPreprocess({ mean: [1, 2] }, input([1, 3, 8, 8]))).toThrow(/2 numbers for 3/);
  });

  it('moves and mirrors training pictures only, the same for the same seed', () => {
    const plan = planPreprocess('none', input([1, 1, 16, 16]));
    const picture = ramp(16, 16, 1);
    const at = (seed: number): string =>
      arrange(picture, plan.geometry, { random: new Random(seed), flip: true, crop: true }).picture.data.join();
    expect(at(1)).toBe(at(1));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => at(seed))).size).toBeGreaterThan(8);
  });
});

describe('values', () => {
  const pixels = { width: 2, height: 1, channels: 3, data: Uint8Array.from([0, 51, 255, 10, 20, 30]) };
  const values = (spec: PreprocessSpec, shape: ModelInput['shape'], dtype: ModelInput['dtype'] = 'float32') => {
    const value = tensorMaker(planPreprocess(spec, input(shape, dtype)))(pixels);
    return { dims: value.dims, numbers: Array.from(tensorValueFloats(value), (x) => Number(x.toFixed(4))) };
  };

  it('are (pixel * scale - mean) / std in the order of the channels', () => {
    expect(values('none', [1, 3, 1, 2])).toEqual({ dims: [1, 3, 1, 2], numbers: [0, 10, 51, 20, 255, 30] });
    expect(values('imagenet-caffe', [1, 3, 1, 2]).numbers).toEqual([151.061, -73.939, -65.779, -96.779, -123.68,
      -113.68]);
    expect(values('unit', ['N', 'h', 'w', 3])).toEqual({ dims: [1, 1, 2, 3],
      numbers: [0, 0.2, 1, 0.0392, 0.0784, 0.1176] });
    const spec: PreprocessSpec = { scale: 0.1, mean: [1, 2, 3], std: [2, 1, 0.5], channels: 'RGB' };
    expect(values(spec, [3, 1, 2])).toEqual({ dims: [3, 1, 2], numbers: [-0.5, 0, 3.1, 0, 45, 0] });
    expect(values('signed-unit', [1, 3, 1, 2]).numbers[4]).toBe(1);
    expect(values('imagenet', [1, 3, 1, 2]).numbers[0]).toBe(-2.1179);
  });

  it('come in the type of the input', () => {
    expect(values('none', ['N', 'h', 'w', 3], 'uint8').numbers).toEqual([0, 51, 255, 10, 20, 30]);
    expect(values('unit', [1, 3, 1, 2], 'float16').numbers[2]).toBeCloseTo(0.2, 3);
    expect(values('none', [1, 3, 1, 2], 'int64').numbers[4]).toBe(255);
  });

  it('are assumed where nothing is said, and the user is told', () => {
    expect(planPreprocess(undefined, input([1, 3, 8, 8]))).toMatchObject({ std: [0.229, 0.224, 0.225],
      notes: [/imagenet/] });
    expect(planPreprocess(undefined, input([1, 1, 8, 8]))).toMatchObject({ scale: 1 / 255, channels: 'GRAY' });
    expect(planPreprocess(undefined, input([1, 3, 8, 8], 'uint8'))).toMatchObject({ scale: 1 });
    expect(planPreprocess({ preset: 'imagenet', channels: 'BGR' }, input([1, 3, 8, 8])))
      .toMatchObject({ channels: 'BGR', notes: [] });
  });

  it('are the same for arrays', () => {
    const array = { dtype: 'uint8', dims: [1, 3, 1, 2], data: Uint8Array.from([0, 10, 51, 20, 255, 30]) } as const;
    for (const preset of ['imagenet', 'imagenet-caffe', 'none'] as const) {
      const shape = [1, 3, 1, 2];
      const ours = normalizer(preset, input(shape))(array);
      expect([...tensorValueFloats(ours)]).toEqual([...tensorValueFloats(tensorMaker(planPreprocess(preset,
        input(shape)))(pixels))]);
    }
    expect(() => normalizer({ resize: 4 }, input([1, 3, 1, 2]))).toThrow(/not resized/);
  });
});
