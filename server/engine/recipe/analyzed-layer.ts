/** One layer's findings, as the command line and the editor tell them. */

import type { AnalyzedLayer, Cause } from '../../../protocol/results/analysis.ts';
import type { Causes } from '../sensitivity/causes/find-causes.ts';
import type { Finding } from '../sensitivity/findings.ts';

/** Below this a layer's own noise is heard at the outputs. */
const audibleDb = 30;

/** What is found out when the study is over, by layer. */
export interface Last {
  readonly causes: Causes;
  readonly savedMs: ReadonlyMap<string, number>;
}

/** @param last absent while the study goes on */
export function analyzedLayer(finding: Finding, rank: number, last?: Last): AnalyzedLayer {
  const { layer, sqnrDb, divergence, drop, turned, turnedCounted, samples, weightsDb, activationsDb, kept } = finding;
  const { name, opType, weightBytes } = layer;
  const causes = last?.causes.get(name) ?? [];
  const savedMs = last?.savedMs.get(name);
  const savedBytes = Math.round((weightBytes * 3) / 4);
  const audible = sqnrDb !== undefined && sqnrDb < audibleDb;
  return {
    name,
    opType,
    weightBytes,
    savedBytes,
    sqnrDb: sqnrDb !== undefined && Number.isFinite(sqnrDb) ? sqnrDb : null,
    drop: drop?.value ?? null,
    dropCi: drop?.ci95 ?? null,
    rank,
    reasons: [...(audible ? reasonsOf(finding) : []), ...causes.map(({ message }) => message.replace(/\.$/, ''))],
    advice: [
      ...causes.flatMap(adviceOf),
      ...(audible ? [`layers: [{ match: "${name}", keep: float }] costs ${savedBytes} bytes`] : []),
    ],
    ...(causes.length > 0 && { causes }),
    ...(savedMs !== undefined && { savedMs }),
    samples,
    ...(divergence !== undefined && { divergence }),
    ...(turned !== undefined && { turned: { share: turned, counted: turnedCounted } }),
    ...(weightsDb !== undefined && Number.isFinite(weightsDb) && { weightsDb }),
    ...(activationsDb !== undefined && Number.isFinite(activationsDb) && { activationsDb }),
    ...(kept && {
      kept: {
        sqnrDb: kept.sqnrDb,
        samples: kept.samples,
        ...(kept.drop && { gain: kept.drop.value, gainCi: kept.drop.ci95 }),
      },
    }),
  };
}

/** "Calibrate the layer by percentile: +2.1 dB at the outputs (measured)". */
function adviceOf({ fix, gainDb, measured }: Cause): string[] {
  if (fix === undefined) return [];
  if (gainDb === undefined) return [fix];
  const gain = `${gainDb < 0 ? '' : '+'}${gainDb.toFixed(1)} dB (${measured === true ? 'measured' : 'estimated'})`;
  return [`${fix.replace(/\.$/, '')}: ${gain}`];
}

function reasonsOf({ sqnrDb, layer: { weightSqnrDb }, weightsDb, activationsDb }: Finding): string[] {
  const apart = weightsDb === undefined || activationsDb === undefined
    ? weightSqnrDb !== undefined && weightSqnrDb < audibleDb
    : weightsDb < activationsDb;
  return [
    `alone in int8 it leaves ${sqnrDb!.toFixed(1)} dB at the outputs`,
    apart ? 'its weights lose more than its activations' : 'its activations lose more than its weights',
  ];
}
