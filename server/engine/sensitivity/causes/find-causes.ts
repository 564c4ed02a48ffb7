/** Why the worst layers lose what they lose, with evidence, and what their mending gains. */

import type { Cause } from '../../../../protocol/results/analysis.ts';
import { observeModel } from '../../passes/observe.ts';
import type { PassContext } from '../../passes/pass.ts';
import type { StaticCandidates } from '../../passes/quantize/static/choose.ts';
import { Constants } from '../../model/constants.ts';
import { roleOf } from '../../passes/quantize/static/operators.ts';
import type { Finding } from '../findings.ts';
import { LayerVariants } from '../layer-variants.ts';
import { channelSpread, clipping, outliers, unusedCodes } from './activations.ts';
import type { CauseTest } from './cause.ts';
import { measuredFixes, type FoundCauses } from './measure-fixes.ts';
import { subjectOf } from './subject.ts';
import { biasOverflow, saturationLimit, sensitivePlace, sharedWeightScale } from './weights.ts';

/** In the order in which they are told: what is mended without losing int8 first. */
const tests: readonly CauseTest[] = [
  sharedWeightScale, unusedCodes, clipping, outliers, biasOverflow, saturationLimit, channelSpread, sensitivePlace,
];

const studied = 10;
/** Layers that leave more than this are no trouble. */
const troubleDb = 35;
const rangeSamples = 8;

export type Causes = ReadonlyMap<string, readonly Cause[]>;

/** By layer, for the worst ones. */
export async function findCauses(
  findings: readonly Finding[],
  maker: StaticCandidates,
  context: PassContext,
): Promise<Causes> {
  const { prepared } = maker;
  const { calibration, settings, method } = maker.inputs();
  const worst = findings.slice(0, studied).filter(isTrouble);
  const constants = Constants.of(prepared);
  const nodes = new Map(prepared.graph.nodes.map((node) => [node.label, node]));
  const layers = worst.flatMap((finding) => {
    const node = nodes.get(finding.layer.name);
    const role = node && roleOf(node, constants);
    return node && role?.kind === 'compute' ? [{ finding, node, role }] : [];
  });
  const convolutions = layers.filter(({ node }) => node.is('Conv')).map(({ node, role }) => node.inputs[role.data]!);
  const channelRanges = await rangesOf(convolutions, maker, context);
  const variants = new LayerVariants(maker);
  const found: FoundCauses[] = [];
  for (const { finding, node, role } of layers) {
    const alone = variants.alone(finding.layer.name);
    const subject = subjectOf({
      float: prepared,
      alone,
      finding,
      node,
      role,
      calibration,
      channelRanges,
      settings,
      method,
      target: context.target,
    });
    const causes = subject ? tests.flatMap((test) => test(subject) ?? []) : [];
    if (causes.length > 0) found.push({ finding, alone, causes });
  }
  return measuredFixes(found, maker, context);
}

function isTrouble({ sqnrDb, drop }: Finding): boolean {
  return (sqnrDb !== undefined && sqnrDb < troubleDb) || (drop !== undefined && drop.ci95[0] > 0);
}

/** [channels] largest magnitudes of values, by name. */
async function rangesOf(
  values: readonly string[],
  { prepared }: StaticCandidates,
  context: PassContext,
): Promise<ReadonlyMap<string, Float64Array>> {
  const { calibration } = context;
  const ranges = new Map<string, Float64Array>();
  if (!calibration || values.length === 0 || calibration.carry) return ranges;
  const specs = [...new Set(values)].map((tap) => ({ kind: 'range', tap, channelAxis: 1 }) as const);
  const count = Math.min(rangeSamples, calibration.size);
  const data = calibration.subset(Array.from({ length: count }, (_, i) => i));
  for (const result of await observeModel(prepared, specs, data, context, 'Looking for causes')) {
    if (result.kind !== 'range' || !result.channelMin || !result.channelMax) continue;
    const { channelMin } = result;
    ranges.set(result.tap, result.channelMax.map((max, c) => Math.max(max, -channelMin[c]!)));
  }
  return ranges;
}
