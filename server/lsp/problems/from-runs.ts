/** What past runs found out: layers that do not quantize well, and layers that stayed in float. */

import type { ProblemFix } from '../../../protocol/problems.ts';
import type { AnalysisResult, AnalyzedLayer } from '../../../protocol/results/analysis.ts';
import type { LayerResult, RunResult } from '../../../protocol/results/run.ts';
import { bytesInWords, changeInWords, plural } from '../../../protocol/words.ts';
import { dateInWords } from '../recipe/date-words.ts';
import { exactPattern } from '../recipe/scalar-text.ts';
import type { FinishedRun } from '../results.ts';
import type { FoundProblem } from './found-problem.ts';

/** Below this much signal to noise a layer alone is heard at the model's outputs. */
const audibleDb = 25;
/** Below this much a layer's own output is mostly wrong. */
const poorDb = 15;
/** The worst ones are told; a longer list helps nobody. */
const most = 20;

/** Of the newest analysis and of the newest compression. */
export function runProblems(runs: readonly FinishedRun[]): FoundProblem[] {
  const analysis = runs.find((run) => run.kind === 'analyze');
  const compression = runs.find((run) => run.kind === 'recipe');
  return [
    ...(analysis?.kind === 'analyze' ? analyzed(analysis.result, analysis.record.createdAt) : []),
    ...(compression?.kind === 'recipe' ? compressed(compression.result, compression.record.createdAt) : []),
  ];
}

function analyzed({ layers, metric, samples, partial }: AnalysisResult, at: number): FoundProblem[] {
  const data = metric.synthetic ? 'random data' : plural(samples, 'sample');
  const change = (by: number): string => changeInWords(metric.name, by);
  const source = partial === true
    ? `Sensitivity analysis under way, ${data} so far.`
    : `Sensitivity analysis of ${dateInWords(at)}, ${data}.`;
  const sensitive = [...layers].sort((a, b) => a.rank - b.rank).filter(isSensitive).slice(0, most);
  const causes = sensitive.flatMap((layer) => causesOf(layer, source));
  return [...sensitive.map((layer): FoundProblem => {
    const { name, opType, drop, dropCi, sqnrDb, savedBytes, reasons } = layer;
    const loses = isSure(layer) && drop !== null;
    const parts = [
      ...(drop !== null && drop > 0 ? [`${metric.name} ${change(-drop)}`] : []),
      ...(dropCi && loses ? [`95 % between ${dropCi.map((end) => change(-end)).join(' and ')}`] : []),
      ...(sqnrDb === null ? [] : [`${sqnrDb.toFixed(1)} dB at the outputs`]),
    ];
    const why = layer.causes?.[0]?.message.replace(/\.$/, '') ?? reasons.at(-1);
    const gain = layer.kept && layer.kept.sqnrDb > 0
      ? ` In float it gains ${layer.kept.sqnrDb.toFixed(1)} dB with all others in int8.`
      : '';
    return {
      code: 'LTH3021',
      severity: loses ? 'warning' : 'info',
      message: `"${name}" (${opType}) does not quantize well: alone in int8 it costs ${parts.join(', ')}.`
        + (why === undefined ? '' : ` Why: ${why}.`) + gain,
      fix: 'Keep the layer in float, or try another calibration for it.',
      node: name,
      fixes: layerFixes(name, `Keep "${name}" in float (${bytesInWords(savedBytes)} larger)`),
      source,
    };
  }), ...causes];
}

/** Why a layer loses, each with its own mending. */
function causesOf({ name, causes = [] }: AnalyzedLayer, source: string): FoundProblem[] {
  return causes.map(({ code, message, fix, edit, gainDb, measured }): FoundProblem => {
    const gain = gainDb === undefined
      ? ''
      : ` (${gainDb < 0 ? '' : '+'}${gainDb.toFixed(1)} dB, ${measured === true ? 'measured' : 'estimated'})`;
    return {
      code,
      severity: 'info',
      message: `"${name}": ${message}`,
      ...(fix !== undefined && { fix }),
      node: name,
      ...(fix !== undefined && edit && { fixes: [{ title: `${fix.replace(/\.$/, '')}: ${name}${gain}`, edit }] }),
      source,
    };
  });
}

function isSensitive(layer: AnalyzedLayer): boolean {
  return isSure(layer) || (layer.sqnrDb !== null && layer.sqnrDb < audibleDb);
}

/** A drop that is more than chance. */
function isSure({ drop, dropCi }: AnalyzedLayer): boolean {
  return drop !== null && drop > 0 && dropCi !== null && dropCi[0] > 0;
}

function compressed(result: RunResult, at: number): FoundProblem[] {
  const { layers, target } = result;
  const source = `Compressed for ${target} ${dateInWords(at)}.`;
  const poor = layers.filter((layer) => layer.sqnrDb !== null && layer.sqnrDb < poorDb && layer.action !== 'float');
  const kept = layers.filter(({ action, reason }) => action === 'float' && reason !== undefined);
  return [
    ...accuracyDropped(result, source),
    ...[...poor].sort((a, b) => a.sqnrDb! - b.sqnrDb!).slice(0, most).map((layer) => cameOutBadly(layer, source)),
    ...kept.slice(0, most).map((layer) => keptInFloat(layer, source)),
  ];
}

/** How long a quick fix trains: long enough for a small network, and short enough to wait for. */
const recoveryMinutes = 10;

/** A drop that is more than chance, of a recipe that has not trained yet: training may bring it back. */
function accuracyDropped({ drop, goalMet, steps, result: { metric } }: RunResult, source: string): FoundProblem[] {
  const kept = steps.filter((step) => step.kept);
  if (!drop || !metric || !(drop.ci95[0] > 0) || kept.some(({ training }) => training)) return [];
  const edit = recoveryOf(kept.map(({ name }) => name));
  if (!edit) return [];
  const [least, largest] = drop.ci95.map((end) => changeInWords(metric.name, -end));
  return [{
    code: 'LTH3024',
    severity: goalMet ? 'info' : 'warning',
    message: `${metric.name} dropped (${changeInWords(metric.name, -drop.value)}, 95 % between ${least} and `
      + `${largest}, ${plural(metric.samples, 'sample')}), and nothing was trained to bring it back.`,
    fix: 'Let the model learn the original\'s outputs: labels are not needed.',
    fixes: [{ title: `Recover by training for ${recoveryMinutes} minutes`, edit }],
    source,
  }];
}

function recoveryOf(steps: readonly string[]): ProblemFix['edit'] | undefined {
  if (steps.includes('prune')) {
    return { kind: 'option', step: 'distill', option: 'minutes', value: recoveryMinutes };
  }
  if (!steps.includes('quantize')) return undefined;
  return { kind: 'option', step: 'quantize', option: 'aware', value: { minutes: recoveryMinutes } };
}

function cameOutBadly(layer: LayerResult, source: string): FoundProblem {
  const { name, opType, action, sqnrDb, bytesBefore, bytesAfter } = layer;
  return {
    code: 'LTH3022',
    severity: 'warning',
    message: `"${name}" (${opType}) came out badly in ${action}: ${sqnrDb!.toFixed(1)} dB of signal to noise.`,
    fix: 'Keep the layer in float, or try another calibration for it.',
    node: name,
    fixes: layerFixes(name, `Keep "${name}" in float (${bytesInWords(bytesBefore - bytesAfter)} larger)`),
    source,
  };
}

function keptInFloat({ name, opType, reason }: LayerResult, source: string): FoundProblem {
  return {
    code: 'LTH3023',
    severity: 'info',
    message: `"${name}" (${opType}) stayed in float: ${reason ?? ''}.`.replace('..', '.'),
    node: name,
    source,
  };
}

function layerFixes(name: string, title: string): ProblemFix[] {
  const match = exactPattern(name);
  const rule = (rule: Readonly<Record<string, string>>): ProblemFix['edit'] => ({ kind: 'layer-rule', match, rule });
  return [
    { title, edit: rule({ keep: 'float' }) },
    { title: `Calibrate "${name}" by mean squared error`, edit: rule({ calibration: 'mse' }) },
    { title: `Calibrate "${name}" by percentile`, edit: rule({ calibration: 'percentile' }) },
  ];
}
