/** The report as one HTML file that needs nothing else: to send to a colleague, or to open in ten years. */

import type { LayerResult, RunResult } from '../../../../protocol/results/run.ts';
import {
  bytesInWords, changeInWords, durationInWords, metricInWords, plural,
} from '../../util/words.ts';
import { htmlCandidateSection } from './candidates.ts';
import { cellBar, latencyChart, layerSizeChart, pairChart } from './charts.ts';
import type { ReportContent } from './content.ts';
import { escapeHtml as text } from './escape.ts';
import { actionCounts, goalSentence, headlineFigures, summaryRows } from './rows.ts';
import { style } from './style.ts';
import { htmlStepSection } from './steps.ts';
import { htmlTrainingSection } from './training.ts';

/** Longer layer tables are folded away below a summary. */
const longTable = 60;
/** At which signal to noise ratio a bar is full: 8 bits give about 50 dB. */
const fullSqnrDb = 50;

export function htmlReport(content: ReportContent): string {
  const { result, title } = content;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${text(title)}, compressed</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p>Lathe report</p>
<h1>${text(title)}</h1>
<p>${text(`${content.date.slice(0, 10)} · target ${result.target} · ${result.machine.processor}`)}</p>
</header>
${[
    headline(result), verdict(result), summarySection(content), htmlStepSection(result), htmlTrainingSection(result),
    htmlCandidateSection(result),
    layerSection(result.layers), classSection(content),
    sampleSection(content), noteSection(result), reproduceSection(content),
  ].filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

function headline(result: RunResult): string {
  const cards = headlineFigures(result).map(({ large, small }) => card(large, small));
  return `<div class="headline">${cards.join('')}</div>`;
}

function card(large: string, small: string): string {
  return `<div><strong>${text(large)}</strong><span>${text(small)}</span></div>`;
}

function verdict(result: RunResult): string {
  const sentence = goalSentence(result);
  const synthetic = result.synthetic
    ? '<p class="hint"><b>Synthetic:</b> figures marked so were made from random data. They compare models; they claim '
      + 'nothing about accuracy on real data.</p>'
    : '';
  if (sentence === undefined) return synthetic;
  return `<p class="verdict${result.goalMet ? '' : ' missed'}">${text(sentence)}</p>${synthetic}`;
}

function summarySection({ result, latencySamplesMs }: ReportContent): string {
  const rows = summaryRows(result).map(({ what, before, after, change }) =>
    `<tr><th scope="row">${text(what)}</th><td class="n">${text(before)}</td><td class="n">${text(after)}</td>`
    + `<td>${text(change)}</td></tr>`);
  const { original, result: after } = result;
  const charts = [`<div><h3>Size</h3>${pairChart('Size', original.sizeBytes, after.sizeBytes, bytesInWords)}</div>`];
  let distribution = '';
  if (original.latencyMs && after.latencyMs) {
    const medians = pairChart('Median latency', original.latencyMs.median, after.latencyMs.median, durationInWords);
    charts.push(`<div><h3>Median latency</h3>${medians}</div>`);
    distribution = latencySamplesMs
      ? latencyChart(latencySamplesMs.original, latencySamplesMs.result, {
        before: original.latencyMs.median,
        after: after.latencyMs.median,
      })
      : '';
  }
  const how = `Latency: batch as the model has it, ${plural(result.threads, 'thread')}, both models in one interleaved `
    + 'run. Intervals hold the true value in 95 of 100 cases.';
  return `<section><h2>Before and after</h2>
<div class="scroll"><table><caption>${text(how)}</caption>
<thead><tr><th scope="col"></th><th scope="col" class="n">before</th><th scope="col" class="n">after</th>`
    + `<th scope="col">change</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
<div class="charts">${charts.join('')}</div>
${distribution === '' ? '' : `<h3>Latency of every run</h3>${legend}${distribution}`}
</section>`;
}

const legend = '<p class="legend"><i class="before"></i>before<i class="after"></i>after</p>';

function layerSection(layers: readonly LayerResult[]): string {
  if (layers.length === 0) return '';
  const counts = actionCounts(layers).map(([action, count]) => `${count} ${action}`).join(', ');
  const measured = layers.some(({ sqnrDb }) => sqnrDb !== null);
  const rows = layers.map(({ name, opType, action, reason, sqnrDb, bytesBefore, bytesAfter }) => '<tr>'
    + `<th scope="row" class="name">${text(name)}</th><td>${text(opType)}</td>`
    + `<td><span class="chip${action === 'float' ? '' : ' changed'}">${text(action)}</span>`
    + `${reason === undefined ? '' : `<span class="reason">${text(reason)}</span>`}</td>`
    + (measured ? `<td class="n">${sqnrCell(sqnrDb)}</td>` : '')
    + `<td class="n">${bytesInWords(bytesBefore)}</td>`
    + `<td class="n">${bytesInWords(bytesAfter)}${cellBar(bytesAfter / Math.max(1, bytesBefore), 'after')}</td></tr>`);
  const explained = '. SQNR: how much louder the signal of the layer is than the error that quantization adds; higher '
    + 'is better';
  const caption = `Every layer, in the order of the model${measured ? explained : ''}`;
  const table = `<div class="scroll"><table><caption>${text(caption)}.</caption>
<thead><tr><th scope="col">layer</th><th scope="col">type</th><th scope="col">action</th>`
    + (measured ? '<th scope="col" class="n">SQNR</th>' : '')
    + `<th scope="col" class="n">bytes before</th><th scope="col" class="n">after</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
  const chart = layerSizeChart(layers);
  return `<section><h2>Layers: ${text(counts)}</h2>
${chart === '' ? '' : `<h3>Size by layer</h3>${legend}${chart}`}
${layers.length > longTable ? `<details><summary>All ${layers.length} layers</summary>${table}</details>` : table}
</section>`;
}

function sqnrCell(sqnrDb: number | null): string {
  return sqnrDb === null ? '' : `${sqnrDb.toFixed(1)} dB${cellBar(sqnrDb / fullSqnrDb, 'after')}`;
}

function classSection({ classes, result: { result: { metric } } }: ReportContent): string {
  if (!metric || classes.length === 0) return '';
  const changed = classes.filter(({ before, after }) => before !== after)
    .sort((a, b) => (a.after - a.before) - (b.after - b.before));
  const same = `${plural(classes.length - changed.length, 'class', 'classes')} unchanged`;
  if (changed.length === 0) return '<section><h2>Classes</h2><p class="hint">No class changed.</p></section>';
  const rows = changed.map(({ label, samples, before, after }) => `<tr><th scope="row">${text(label)}</th>`
    + `<td class="n">${samples}</td><td class="n">${text(metricInWords(metric.name, before))}</td>`
    + `<td class="n">${text(metricInWords(metric.name, after))}</td>`
    + `<td class="n ${after < before ? 'worse' : 'better'}">${text(changeInWords(metric.name, after - before))}</td>`
    + '</tr>');
  return `<section><h2>Classes that changed</h2>
<div class="scroll"><table><caption>${text(metric.name)} by class, worst change first; ${same}.</caption>
<thead><tr><th scope="col">class</th><th scope="col" class="n">samples</th><th scope="col" class="n">before</th>`
    + `<th scope="col" class="n">after</th><th scope="col" class="n">change</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function sampleSection({ worse, changed }: ReportContent): string {
  if (worse.length === 0) return '';
  const items = worse.map(({ name, expected, before, after, picture }) => '<li>'
    + (picture === undefined ? '' : `<img src="${text(picture)}" alt="">`)
    + `<b>${text(name)}</b><br>expected ${text(expected)}<br>before ${text(before)}<br>`
    + `<span class="worse">after ${text(after)}</span></li>`);
  const count = changed ? `${changed.worse} right before and wrong after, ${changed.better} the other way round. ` : '';
  return `<section><h2>Samples that got worse</h2><p class="hint">${count}The largest changes first.</p>
<ul class="samples">${items.join('\n')}</ul></section>`;
}

function noteSection({ notes }: RunResult): string {
  if (notes.length === 0) return '';
  const items = notes.map(({ severity, message, node }) => `<li>${severity === 'warning' ? '<b>Warning:</b> ' : ''}`
    + `${text(message)}${node === undefined ? '' : ` <code>${text(node)}</code>`}</li>`);
  return `<section><h2>Notes</h2><ul class="notes">${items.join('\n')}</ul></section>`;
}

function reproduceSection({ result, recipeText, command, date }: ReportContent): string {
  const { machine, data } = result;
  const facts: [string, string | undefined][] = [
    ['Machine', `${machine.processor}, ${plural(machine.cores, 'core')}, ${machine.platform}`],
    ['Versions', `Lathe ${machine.lathe}, onnxruntime ${machine.onnxruntime}, Node ${machine.node}`],
    ['Target', result.target],
    ['Threads', String(result.threads)],
    ['Seed', String(result.seed)],
    ['Calibration', data.calibration?.description],
    ['Evaluation', data.evaluation?.description],
    ['Training', data.training?.description],
    ['Steps', result.steps.map(({ name, durationMs, kept }) =>
      `${name} (${durationInWords(durationMs)}${kept ? '' : ', undone'})`).join(', ')],
    ['Took', `${durationInWords(result.durationMs)}, ended ${date}`],
  ];
  const list = facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [
    `<dt>${name}</dt><dd>${text(value)}</dd>`,
  ]));
  return `<section><h2>How to get this again</h2>
<pre>${text(command)}</pre>
<pre>${text(recipeText.trimEnd())}</pre>
<dl>${list.join('')}</dl></section>`;
}
