/** The part of the reports about the steps one by one: what each took, gave and cost. */

import type { RunResult } from '../../../../protocol/results/run.ts';
import { bytesInWords, durationInWords, metricInWords } from '../../util/words.ts';
import { escapeHtml as text } from './escape.ts';

const title = 'What each step gave';
/** One step is what the summary tells of already. */
const fewest = 2;

interface StepTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The state after each step, the original first where it was measured. */
function stepTable({ steps, candidates, original: { metric } }: RunResult): StepTable | undefined {
  if (steps.length < fewest || steps.some(({ constantBytes }) => constantBytes === undefined)) return undefined;
  const measure = (value: number | undefined): string =>
    (metric && value !== undefined ? metricInWords(metric.name, value) : '');
  const first = candidates?.find(({ step }) => step === '');
  const rows = steps.map(({ name, constantBytes, macs, value, kept, durationMs }) => [
    kept ? name : `${name} (undone)`,
    bytesInWords(constantBytes!),
    macs === undefined ? '' : millions(macs),
    measure(value),
    durationInWords(durationMs),
  ]);
  return {
    header: ['after', 'constants', 'multiply-adds', metric?.name ?? '', 'took'],
    rows: [...(first ? [['original', bytesInWords(first.weightBytes), '', measure(first.value), '']] : []), ...rows],
  };
}

function millions(macs: number): string {
  return `${(macs / 1e6).toPrecision(3)} M`;
}

export function markdownStepSection(result: RunResult): string[] {
  const found = stepTable(result);
  if (!found) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = '| --- | ---: | ---: | ---: | ---: |';
  return [`## ${title}`, [line(found.header), rule, ...found.rows.map(line)].join('\n')];
}

export function htmlStepSection(result: RunResult): string {
  const found = stepTable(result);
  if (!found) return '';
  const cells = (kind: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${kind}>${text(cell)}</${kind}>`).join('')}</tr>`;
  return `<section><h2>${title}</h2>
<table><thead>${cells('th', found.header)}</thead>
<tbody>${found.rows.map((row) => cells('td', row)).join('')}</tbody></table></section>`;
}
