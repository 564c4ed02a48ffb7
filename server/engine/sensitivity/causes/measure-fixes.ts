/** What mending layers gains at the outputs: measured where the layer alone tells. */

import type { Cause } from '../../../../protocol/results/analysis.ts';
import type { Model } from '../../model/model.ts';
import { compareAll, meanDb } from '../../passes/observe.ts';
import type { PassContext } from '../../passes/pass.ts';
import { layerRule } from '../../passes/quantize/options.ts';
import type { StaticCandidates } from '../../passes/quantize/static/choose.ts';
import type { Finding } from '../findings.ts';
import { LayerVariants } from '../layer-variants.ts';

const samples = 8;
/** A fix that gains less is none. */
const worthwhileDb = 0.2;

/** The causes that were found for one layer, and its form with nothing but it quantized. */
export interface FoundCauses {
  readonly finding: Finding;
  readonly alone: Model;
  readonly causes: readonly Cause[];
}

/**
 * The causes by layer, with the gain of each fix. Other calibrators are tried on the layer alone, and a fix that does
 * not help is left out; keeping a layer in float was measured by the study.
 */
export async function measuredFixes(
  found: readonly FoundCauses[],
  maker: StaticCandidates,
  context: PassContext,
): Promise<Map<string, readonly Cause[]>> {
  const tried = found.flatMap(({ finding, alone, causes }) => causes.flatMap((cause) => {
    const { edit } = cause;
    if (edit?.kind !== 'layer-rule' || edit.rule['calibration'] === undefined) return [];
    const rule = layerRule.parse({ match: edit.match, ...edit.rule });
    return [{ cause, models: [alone, new LayerVariants(maker.withRules([rule])).alone(finding.layer.name)] }];
  }));
  const outputs = maker.prepared.graph.outputs.map((output) => output.name);
  const errors = tried.length === 0
    ? []
    : await compareAll(
      maker.prepared, tried.flatMap(({ models }) => models), outputs, context.calibration!, samples, context,
    );
  const gains = new Map(tried.map(({ cause }, i) => {
    const gain = meanDb(errors[2 * i + 1]!) - meanDb(errors[2 * i]!);
    return [cause, Number.isFinite(gain) ? gain : 0];
  }));
  return new Map(found.map(({ finding: { layer, kept }, causes }) => [layer.name, causes.map((cause): Cause => {
    const { edit, fix: _fix, edit: _edit, ...bare } = cause;
    const gainDb = gains.get(cause);
    if (gainDb !== undefined) return gainDb > worthwhileDb ? { ...cause, gainDb, measured: true } : bare;
    const keeps = edit?.kind === 'layer-rule' && edit.rule['keep'] === 'float';
    return keeps && kept ? { ...cause, gainDb: kept.sqnrDb, measured: true } : cause;
  })]));
}
