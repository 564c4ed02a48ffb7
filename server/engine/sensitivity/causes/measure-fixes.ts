/** What mending a layer gains at the outputs: measured where the layer alone tells. */

import type { Cause } from '../../../../protocol/results/analysis.ts';
import { compareAll, meanDb } from '../../passes/observe.ts';
import type { PassContext } from '../../passes/pass.ts';
import { layerRule } from '../../passes/quantize/options.ts';
import type { StaticCandidates } from '../../passes/quantize/static/choose.ts';
import type { Finding } from '../findings.ts';
import { LayerVariants } from '../layer-variants.ts';

const samples = 12;
/** A fix that gains less is none. */
const worthwhileDb = 0.2;

/**
 * The causes of one layer with the gain of each fix. Other calibrators are tried on the layer alone, and a fix that
 * does not help is left out; keeping the layer in float was measured by the study.
 */
export async function measuredFixes(
  causes: readonly Cause[],
  { layer: { name }, kept }: Finding,
  maker: StaticCandidates,
  context: PassContext,
): Promise<Cause[]> {
  const measured: Cause[] = [];
  for (const cause of causes) {
    const { edit, fix: _fix, edit: _edit, ...bare } = cause;
    if (edit?.kind !== 'layer-rule') {
      measured.push(cause);
      continue;
    }
    if (edit.rule['keep'] === 'float') {
      measured.push(kept ? { ...cause, gainDb: kept.sqnrDb, measured: true } : cause);
      continue;
    }
    const gainDb = await gainOf(name, layerRule.parse({ match: edit.match, ...edit.rule }), maker, context);
    measured.push(gainDb > worthwhileDb ? { ...cause, gainDb, measured: true } : bare);
  }
  return measured;
}

async function gainOf(
  name: string,
  rule: ReturnType<typeof layerRule.parse>,
  maker: StaticCandidates,
  context: PassContext,
): Promise<number> {
  const models = [maker, maker.withRules([rule])].map((one) => new LayerVariants(one).alone(name));
  const outputs = maker.prepared.graph.outputs.map((output) => output.name);
  const [before, after] = await compareAll(maker.prepared, models, outputs, context.calibration!, samples, context);
  const gain = meanDb(after!) - meanDb(before!);
  return Number.isFinite(gain) ? gain : 0;
}
