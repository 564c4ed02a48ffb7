/** What the quantized network gains when one of its layers stays float. */

import type { Outputs } from '../data/metrics/metric.ts';
import { decibels } from '../tensor/affine.ts';
import { tensorValueFloats } from '../tensor/tensor-value.ts';
import { isFloatType } from '../tensor/dtype.ts';
import type { Cuts } from './boundaries.ts';
import type { KeptGain } from './findings.ts';
import type { LayerVariants, StudiedLayer } from './layer-variants.ts';
import type { StudyOptions } from './study-layers.ts';
import { Sweep } from './sweep.ts';
import { Tally } from './tally.ts';

const mostLayers = 10;
const fewestSamples = 4;

/**
 * Of the first of `layers`, by name.
 *
 * @param runs of the network that it may take, about
 */
export async function studyKept(
  { context, data, maker, metric }: StudyOptions,
  variants: LayerVariants,
  cuts: Cuts,
  layers: readonly StudiedLayer[],
  runs: number,
): Promise<ReadonlyMap<string, KeptGain>> {
  const gains = new Map<string, KeptGain>();
  // State that goes from sample to sample would be another one for each variant.
  if (data.carry) return gains;
  const { threads, signal } = context;
  const runtime = await context.runtime();
  const reference = await runtime.load(maker.prepared, { threads }, signal);
  const sweep = await Sweep.open(runtime, variants.all.model, cuts, { threads, signal });
  try {
    const chosen = layers.slice(0, mostLayers);
    const loaded = [];
    for (const { layer: { name } } of chosen) {
      const { model, first, last } = variants.without(name);
      loaded.push({ name, variant: await sweep.load(model, first, last), tally: new Tally(metric) });
    }
    const once = loaded.reduce((sum, { variant }) => sum + variant.cost, 2);
    const end = Math.min(data.size, Math.max(fewestSamples, Math.floor(runs / once)));
    const all = new Errors();
    const without = loaded.map(() => new Errors());
    let done = 0;
    for await (const sample of data.samples({ end, ...(signal && { signal }) })) {
      const wanted = await reference.run(sample.feeds, undefined, signal);
      const base = await sweep.begin(sample.feeds);
      all.add(base, wanted);
      for (const [i, { variant, tally }] of loaded.entries()) {
        const { outputs = base } = await sweep.run(variant, true);
        without[i]!.add(outputs, wanted);
        tally.addToMetric(sample, outputs, base, wanted);
      }
      context.progress('Keeping each of the worst layers float', ++done, end);
    }
    for (const [i, { name, tally }] of loaded.entries()) {
      const drop = tally.drop(context.seed);
      const gain = without[i]!.sqnrDb - all.sqnrDb;
      gains.set(name, {
        sqnrDb: Number.isFinite(gain) ? gain : 0,
        samples: end,
        ...(drop && { drop: { ...drop, value: 0 - drop.value, ci95: [0 - drop.ci95[1], 0 - drop.ci95[0]] } }),
      });
    }
    return gains;
  } finally {
    await sweep.close();
    await reference.release();
  }
}

/** Errors of outputs that are in this process. */
class Errors {
  private readonly sums = new Map<string, { signal: number; noise: number }>();

  add(outputs: Outputs, wanted: Outputs): void {
    for (const [name, value] of Object.entries(wanted)) {
      const other = outputs[name];
      if (!other || !isFloatType(value.dtype) || other.data.length !== value.data.length) continue;
      const a = tensorValueFloats(value);
      const b = tensorValueFloats(other);
      const sums = this.sums.get(name) ?? { signal: 0, noise: 0 };
      for (let i = 0; i < a.length; i++) {
        sums.signal += a[i]! * a[i]!;
        sums.noise += (a[i]! - b[i]!) ** 2;
      }
      this.sums.set(name, sums);
    }
  }

  /** At the output that suffers most. */
  get sqnrDb(): number {
    return Math.min(...[...this.sums.values()].map(({ signal, noise }) => decibels(signal, noise)));
  }
}
