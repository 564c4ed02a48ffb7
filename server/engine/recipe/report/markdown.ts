/** The report as Markdown: for pull requests, wikis and terminals. */

import { bytesInWords, durationInWords, metricInWords, plural } from '../../util/words.ts';
import { markdownCandidateSection } from './candidates.ts';
import type { ReportContent } from './content.ts';
import { actionCounts, goalSentence, summaryRows } from './rows.ts';
import { markdownStepSection } from './steps.ts';
import { markdownTrainingSection } from './training.ts';

/** Longer lists are cut here; the HTML report has everything. */
const longestList = 40;

export function markdownReport(content: ReportContent): string {
  const { result } = content;
  const goal = goalSentence(result);
  return `${[
    `# ${escape(content.title)}, compressed`,
    goal === undefined ? undefined : `**${goal}**`,
    table(['', 'before', 'after', 'change'], summaryRows(result).map((r) => [r.what, r.before, r.after, r.change]), 3),
    result.synthetic ? '*Synthetic*: figures marked so were made from random data. They compare models; they claim '
      + 'nothing about accuracy on real data.' : undefined,
    ...markdownStepSection(result),
    ...markdownTrainingSection(result),
    ...markdownCandidateSection(result),
    ...layerSection(content),
    ...classSection(content),
    ...sampleSection(content),
    ...noteSection(content),
    ...reproduceSection(content),
  ].filter((part) => part !== undefined).join('\n\n')}\n`;
}

function layerSection({ result: { layers } }: ReportContent): string[] {
  if (layers.length === 0) return [];
  const counts = actionCounts(layers).map(([action, count]) => `${count} ${action}`).join(', ');
  const rows = layers.slice(0, longestList).map((layer) => [
    code(layer.name), layer.opType, layer.reason === undefined ? layer.action : `${layer.action}: ${layer.reason}`,
    layer.sqnrDb === null ? '' : `${layer.sqnrDb.toFixed(1)} dB`,
    bytesInWords(layer.bytesBefore), bytesInWords(layer.bytesAfter),
  ]);
  return [
    `## Layers: ${counts}`,
    table(['layer', 'type', 'action', 'SQNR', 'before', 'after'], rows, 3),
    ...cut(layers.length),
  ];
}

function classSection({ classes, result: { result: { metric } } }: ReportContent): string[] {
  const changed = classes.filter(({ before, after }) => before !== after)
    .sort((a, b) => (a.after - a.before) - (b.after - b.before));
  if (changed.length === 0 || !metric) return [];
  const rows = changed.slice(0, longestList).map(({ label, samples, before, after }) => [
    escape(label), String(samples), metricInWords(metric.name, before), metricInWords(metric.name, after),
  ]);
  return [
    '## Classes that changed',
    table(['class', 'samples', 'before', 'after'], rows, 1),
    ...cut(changed.length),
  ];
}

function sampleSection({ worse, changed }: ReportContent): string[] {
  if (worse.length === 0) return [];
  const rows = worse.slice(0, longestList).map((s) => [code(s.name), s.expected, s.before, s.after].map(escape));
  return [
    `## Samples that got worse${changed ? `: ${changed.worse} (${changed.better} got better)` : ''}`,
    table(['sample', 'expected', 'before', 'after'], rows),
    ...cut(changed?.worse ?? worse.length),
  ];
}

function noteSection({ result: { notes } }: ReportContent): string[] {
  if (notes.length === 0) return [];
  const lines = notes.map(({ severity, message, node }) => {
    const where = node === undefined ? '' : ` (${code(node)})`;
    return `- ${severity === 'warning' ? '**Warning**: ' : ''}${escape(message)}${where}`;
  });
  return ['## Notes', lines.join('\n')];
}

function reproduceSection({ result, recipeText, command, date }: ReportContent): string[] {
  const { machine, data } = result;
  const lines = [
    `- Machine: ${machine.processor}, ${plural(machine.cores, 'core')}, ${machine.platform}; ${result.threads} threads`,
    `- Versions: Lathe ${machine.lathe}, onnxruntime ${machine.onnxruntime}, Node ${machine.node}`,
    `- Target: ${result.target}; seed ${result.seed}`,
    ...(data.calibration ? [`- Calibration: ${data.calibration.description}`] : []),
    ...(data.evaluation ? [`- Evaluation: ${data.evaluation.description}`] : []),
    ...(data.training ? [`- Training: ${data.training.description}`] : []),
    `- Took ${durationInWords(result.durationMs)}, ended ${date}`,
  ];
  return [
    '## How to get this again',
    `\`\`\`sh\n${command}\n\`\`\``,
    `\`\`\`yaml\n${recipeText.trimEnd()}\n\`\`\``,
    lines.join('\n'),
  ];
}

/** @param rightFrom index of the first column of figures */
function table(head: readonly string[], rows: readonly (readonly string[])[], rightFrom = Infinity): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i >= rightFrom ? '---:' : '---'));
  return [head, rule, ...rows].map(line).join('\n');
}

function cut(length: number): string[] {
  return length > longestList ? [`… and ${length - longestList} more.`] : [];
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** Takes the meaning of Markdown's characters from a text. */
function escape(text: string): string {
  return text.replaceAll(/[\\*_#[\]<>|]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
