import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attr } from '../model/attribute.ts';
import { Network, randomFeeds } from '../../../test/passes/network.ts';
import { memoryData, outputDb, passContext, runModel } from '../../../test/passes/pass-context.ts';
import { createMetric } from '../data/metrics/create-metric.ts';
import type { Model } from '../model/model.ts';
import { quantizeOptions } from '../passes/quantize/options.ts';
import { applyStatic, prepareStatic } from '../passes/quantize/static/static-pass.ts';
import type { CandidateMaker } from '../passes/quantize/candidates.ts';
import type { PassContext } from '../passes/pass.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import type { Study } from './findings.ts';
import { LayerVariants } from './layer-variants.ts';
import { studyLayers } from './study-layers.ts';

let runtime: Runtime;
let model: Model;
let runs: readonly Feeds[];
let context: PassContext;
let maker: CandidateMaker;

/** A classifier whose scores lie near each other, so that rounding turns some of its answers. */
function classifier(): Model {
  const net = new Network(23);
  net.input('x', [1, 3, 12, 12]);
  net.relu('r1', net.conv('a', 'x', [3, 8]));
  net.relu('r2', net.conv('b', 'r1', [8, 8]));
  net.relu('r3', net.conv('c', 'r2', [8, 8]));
  net.node('GlobalAveragePool', 'pool', ['r3']);
  net.node('Flatten', 'flat', ['pool'], { axis: attr.int(1) });
  net.gemm('y', 'flat', [8, 20]);
  net.output('y', [1, 20]);
  return net.model();
}

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  model = classifier();
  const random = new Random(6);
  runs = Array.from({ length: 48 }, () => randomFeeds(model, random));
  context = passContext(runtime, { calibration: memoryData(runs.slice(0, 12)) });
  const options = quantizeOptions.parse({ calibration: 'min-max', rounding: 'nearest', biasCorrection: false });
  maker = (await prepareStatic(model, options, context, []))!;
});

afterAll(() => runtime.close());

describe('a study of layers', () => {
  it('finds what running each quantized layer in the whole network finds', async () => {
    const data = memoryData(runs);
    const metric = createMetric('agreement');
    const { findings, baseline, samples } = await studyLayers({ maker, data, metric, output: {}, context });
    expect(samples).toBe(48);
    expect(baseline!.value).toBe(1);
    expect(findings.map(({ layer }) => layer.name).sort()).toEqual(['a', 'b', 'c', 'y']);
    const variants = new LayerVariants(maker);
    const wanted = await runModel(runtime, maker.prepared, runs);
    for (const { layer: { name }, sqnrDb, drop, turned } of findings) {
      const got = await runModel(runtime, variants.alone(name), runs);
      const answers = [wanted, got].map((all) => all.map(({ y }) => {
        const scores = [...y!.data as Float32Array];
        return scores.indexOf(Math.max(...scores));
      }));
      const share = answers[0]!.filter((answer, i) => answer !== answers[1]![i]).length / 48;
      expect(sqnrDb).toBeCloseTo(outputDb(wanted, got, 'y'), 1);
      expect(turned).toBeCloseTo(share, 9);
      expect(drop!.value).toBeCloseTo(share, 9);
    }
  });

  it('splits each layer\'s noise, and says what keeping it float gains', async () => {
    const data = memoryData(runs);
    const { findings } = await studyLayers({ maker, data, metric: createMetric('agreement'), output: {}, context });
    const variants = new LayerVariants(maker);
    const wanted = await runModel(runtime, maker.prepared, runs);
    const all = await runModel(runtime, variants.all.model, runs);
    for (const { layer: { name }, sqnrDb, weightsDb, activationsDb, kept } of findings) {
      // Noises of two kinds add up, about.
      const sum = -10 * Math.log10(10 ** (-weightsDb! / 10) + 10 ** (-activationsDb! / 10));
      expect(Math.abs(sum - sqnrDb!)).toBeLessThan(4);
      const without = await runModel(runtime, variants.without(name).model, runs);
      expect(kept!.sqnrDb).toBeCloseTo(outputDb(wanted, without, 'y') - outputDb(wanted, all, 'y'), 0);
    }
  });

  it('predicts what the quick fix of the worst layer gains when it is applied', async () => {
    const data = memoryData(runs);
    const { findings } = await studyLayers({ maker, data, metric: createMetric('agreement'), output: {}, context });
    const best = findings.reduce((a, b) => (b.kept!.sqnrDb > a.kept!.sqnrDb ? b : a));
    expect(best.kept!.sqnrDb).toBeGreaterThan(1);
    const wanted = await runModel(runtime, model, runs);
    const answersOf = (outputs: typeof wanted): number[] => outputs.map(({ y }) => {
      const scores = [...y!.data as Float32Array];
      return scores.indexOf(Math.max(...scores));
    });
    const results = [];
    for (const layers of [[], [{ match: best.layer.name, keep: 'float' }]]) {
      const options = { calibration: 'min-max', rounding: 'nearest', biasCorrection: false, layers };
      const { model: quantized } = await applyStatic(model, quantizeOptions.parse(options), context);
      const got = await runModel(runtime, quantized, runs);
      const right = answersOf(got).filter((answer, i) => answer === answersOf(wanted)[i]).length / runs.length;
      results.push({ db: outputDb(wanted, got, 'y'), right });
    }
    const [before, after] = results;
    expect(after!.db - before!.db).toBeCloseTo(best.kept!.sqnrDb, 1);
    const [low, high] = best.kept!.drop!.ci95;
    expect(after!.right - before!.right).toBeGreaterThanOrEqual(low);
    expect(after!.right - before!.right).toBeLessThanOrEqual(high);
  });

  it('tells what is known while it goes on', async () => {
    const told: Study[] = [];
    const metric = createMetric('agreement');
    await studyLayers({
      maker, data: memoryData(runs), metric, output: {}, context, onProgress: (study) => told.push(study),
    });
    const [first] = told;
    expect(first!.samples).toBe(1);
    expect(first!.baseline).toBeUndefined();
    expect(first!.findings.every(({ sqnrDb, turned }) => sqnrDb !== undefined && turned !== undefined)).toBe(true);
  });
});
