import { describe, expect, it } from 'vitest';
import { openDataSets } from './open-data-sets.ts';
import { SampleList } from './sample-list.ts';
import { holdOut, splitForCalibration, splitForTraining, withoutCalibration } from './split.ts';

const list = (size: number, label?: (i: number) => number, origin = 'here') => new SampleList({
  description: '', notes: [], origin,
  entries: Array.from({ length: size }, (_, i) => ({ id: String(i), ...(label && { label: label(i) }) })),
  read: async () => ({ feeds: {} }),
});

const ids = (dataset: { size: number; id(i: number): string }): string[] =>
  Array.from({ length: dataset.size }, (_, i) => dataset.id(i));

describe('the split for calibration', () => {
  it('parts the samples, balanced, the same for the same seed', () => {
    const dataset = list(400, (i) => (i < 300 ? 0 : i < 380 ? 1 : 2));
    const { calibration, evaluation, note } = splitForCalibration(dataset, 30, 1);
    expect(new Set([...ids(calibration), ...ids(evaluation)]).size).toBe(400);
    expect([calibration.size, evaluation.size]).toEqual([30, 370]);
    const classes = [0, 0, 0];
    for (let i = 0; i < 30; i++) classes[calibration.label(i) as number]! += 1;
    expect(classes).toEqual([10, 10, 10]);
    expect(new Set([0, 1, 2].map((i) => calibration.label(i))).size).toBe(3);
    expect(note).toMatch(/30 of 400.*370/);
    expect(ids(splitForCalibration(dataset, 30, 1).calibration)).toEqual(ids(calibration));
    expect(ids(splitForCalibration(dataset, 30, 2).calibration)).not.toEqual(ids(calibration));
  });

  it('leaves most of a set for the metric, and shares a small one', () => {
    expect(splitForCalibration(list(100), 80, 0).evaluation.size).toBe(75);
    const small = splitForCalibration(list(39), 10, 0);
    expect([small.calibration.size, small.evaluation.size]).toEqual([39, 39]);
    expect(small.note).toMatch(/only 39/);
  });

  it('takes samples out of the evaluation that two sources share', () => {
    const calibration = list(100).subset(Array.from({ length: 20 }, (_, i) => i));
    const { dataset, note } = withoutCalibration(list(100), calibration);
    expect(dataset.size).toBe(80);
    expect(note).toMatch(/20 samples.*80/);
    expect(withoutCalibration(list(100, undefined, 'elsewhere'), calibration))
      .toMatchObject({ dataset: { size: 100 } });
    const most = withoutCalibration(list(30), calibration);
    expect(most.dataset.size).toBe(30);
    expect(most.note).toMatch(/20 of the 30/);
  });

  it('splits one source, and opens several', async () => {
    const inputs = [{ name: 'x', dtype: 'float32', shape: [1, 2] }] as const;
    const options = { baseDir: '.', seed: 0, calibrationSamples: 16 };
    const source = { random: 64 } as const;
    const one = await openDataSets({ calibration: source, evaluation: source }, inputs, options);
    expect([one.calibration!.size, one.evaluation!.size]).toEqual([16, 48]);
    const two = await openDataSets({ calibration: { random: 5 }, evaluation: source, training: { random: 7 } },
      inputs, options);
    expect([two.calibration!.size, two.evaluation!.size, two.training!.size]).toEqual([5, 64, 7]);
    expect(await openDataSets({}, inputs, options)).toEqual({ notes: [] });
  });
});

describe('the split for training', () => {
  it('measures on none of the samples that it trains on', () => {
    const { training, evaluation, calibration } = splitForTraining(list(500, (i) => i % 10), 128, 1);
    expect([training!.size, evaluation.size, calibration.size]).toEqual([400, 100, 128]);
    expect(new Set([...ids(training!), ...ids(evaluation)]).size).toBe(500);
    expect(ids(training!)).toEqual(expect.arrayContaining(ids(calibration)));
    const classes = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100; i++) classes[evaluation.label(i) as number]! += 1;
    expect(classes.every((count) => count === 10)).toBe(true);
  });
});

describe('what a training run keeps back', () => {
  it('is a balanced tenth that no step learns from', () => {
    const dataset = list(1000, (i) => i % 4);
    const { training, heldOut } = holdOut(dataset, 3);
    expect([training.size, heldOut!.size]).toEqual([900, 100]);
    expect(new Set([...ids(training), ...ids(heldOut!)]).size).toBe(1000);
    const classes = [0, 0, 0, 0];
    for (let i = 0; i < 100; i++) classes[heldOut!.label(i) as number]! += 1;
    expect(classes).toEqual([25, 25, 25, 25]);
    expect(ids(holdOut(dataset, 3).heldOut!)).toEqual(ids(heldOut!));
  });

  it('is nothing where there is nothing to spare', () => {
    expect(holdOut(list(100), 0).heldOut).toBeUndefined();
    expect(holdOut(list(128), 0).heldOut!.size).toBe(32);
  });
});
