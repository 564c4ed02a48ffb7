/** What past runs measured of a layer. */

import type { RunResults } from '../results.ts';
import { dateInWords } from './date-words.ts';

/** Sentences with what was measured last of the layer `name`: in the newest analysis and in the newest run. */
export async function measuredOf(results: RunResults, modelPath: string, name: string): Promise<string[]> {
  const runs = await results.of(modelPath);
  const sentences: string[] = [];
  const analysis = runs.find((run) => run.kind === 'analyze' && run.result.layers.some((layer) => layer.name === name));
  if (analysis?.kind === 'analyze') {
    const { result, record } = analysis;
    const { drop, sqnrDb, rank } = result.layers.find((layer) => layer.name === name)!;
    const parts = [
      ...(drop === null ? [] : [`${result.metric.name} drops by ${Number(drop.toPrecision(3))}`]),
      ...(sqnrDb === null ? [] : [`SQNR ${sqnrDb.toFixed(1)} dB`]),
      `rank ${rank} of ${result.layers.length}`,
    ];
    const where = `${result.samples} samples, ${dateInWords(record.createdAt)}`;
    sentences.push(`Alone in int8: ${parts.join(', ')} (${where}${result.metric.synthetic ? ', random data' : ''}).`);
  }
  const run = runs.find((one) => one.kind === 'recipe' && one.result.layers.some((layer) => layer.name === name));
  if (run?.kind === 'recipe') {
    const { action, sqnrDb } = run.result.layers.find((layer) => layer.name === name)!;
    const noise = sqnrDb === null ? '' : `, SQNR ${sqnrDb.toFixed(1)} dB`;
    sentences.push(`In the last run: ${action}${noise} (${dateInWords(run.record.createdAt)}).`);
  }
  return sentences;
}
