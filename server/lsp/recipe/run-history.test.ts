import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MarkupContent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { AnalysisResult, AnalyzedLayer } from '../../../protocol/results/analysis.ts';
import type { LayerResult, RunResult } from '../../../protocol/results/run.ts';
import { samples } from '../../../test/protocol/connect.ts';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { ModelStore } from '../models/store.ts';
import { noResults, type FinishedRun, type RunResults } from '../results.ts';
import { hover } from './hover.ts';
import { keepInFloat } from './keep-in-float.ts';
import { RecipeDocument } from './recipe-document.ts';

const models = new ModelStore();
const names = readModel(join(samples, 'digits.onnx')).graph.nodes.filter((node) => node.is('Conv'))
  .map(({ label }) => label) as [string, string, string, string, string];

const record = { id: '1', state: 'done', createdAt: new Date(2026, 0, 2, 3, 4).getTime() } as const;

function analysis(drops: Readonly<Record<string, number>>): FinishedRun {
  const layers = Object.entries(drops).map(([name, drop], i): AnalyzedLayer => ({
    name, opType: 'Conv', weightBytes: 1, savedBytes: 1, sqnrDb: 20.04, drop, dropCi: null, rank: i + 1,
    reasons: [], advice: [],
  }));
  const result: AnalysisResult = {
    metric: { name: 'top1', value: 0.9, samples: 300, synthetic: false }, baseline: 0.9, samples: 300, layers,
    notes: [], durationMs: 1, method: '',
  };
  const request = { kind: 'analyze', model: '', data: { data: '' } } as const;
  return { kind: 'analyze', record: { ...record, request }, result };
}

function run(sqnrs: Readonly<Record<string, number | null>>): FinishedRun {
  const layers = Object.entries(sqnrs).map(([name, sqnrDb]): LayerResult => ({
    name, opType: 'Conv', action: 'int8', sqnrDb, bytesBefore: 1, bytesAfter: 1,
  }));
  const result = { layers } as unknown as RunResult;
  return { kind: 'recipe', record: { ...record, request: { kind: 'recipe', recipe: '' } }, result };
}

const history = (...runs: readonly FinishedRun[]): RunResults => ({ ...noResults, of: () => Promise.resolve(runs) });

const text = `version: 1
model: digits.onnx
steps:
  - quantize:
      layers:
        - { match: ${names[1]}, keep: float }
`;
const uri = URI.file(join(samples, 'history.lathe.yaml')).toString();
const recipe = new RecipeDocument(TextDocument.create(uri, 'lathe-recipe', 1, text));

async function offers(results: RunResults, line = 3): Promise<[string, string | undefined][]> {
  const start = { line, character: 5 };
  const actions = await keepInFloat(recipe, { start, end: start }, models, results);
  return actions.map(({ title, edit }) => [title, edit?.changes?.[uri]?.[0]?.newText.trim()]);
}

describe('keep in float', () => {
  it('offers the layers that lost most in the newest analysis and have no rule yet', async () => {
    const drops = { [names[0]]: 0.0123, [names[1]]: 0.01, [names[2]]: 0.005, gone: 0.001, [names[3]]: 0 };
    expect(await offers(history(run({ [names[4]]: 1 }), analysis(drops)))).toEqual([
      [`Keep "${names[0]}" in float (top1 drops by 0.012 with it)`, `- { match: ${names[0]}, keep: float }`],
      [`Keep "${names[2]}" in float (top1 drops by 0.005 with it)`, `- { match: ${names[2]}, keep: float }`],
    ]);
  });

  it('goes by the noise of the newest run where nothing was analyzed', async () => {
    const found = await offers(history(run({ [names[0]]: 30, [names[2]]: 11.26, [names[3]]: null })));
    expect(found.map(([title]) => title)).toEqual([
      `Keep "${names[2]}" in float (SQNR 11.3 dB in the last run)`,
      `Keep "${names[0]}" in float (SQNR 30.0 dB in the last run)`,
    ]);
  });

  it('offers nothing elsewhere, and nothing without runs', async () => {
    expect(await offers(history(analysis({ [names[0]]: 1 })), 1)).toEqual([]);
    expect(await offers(noResults)).toEqual([]);
  });
});

describe('the hover of a layer', () => {
  it('has what was measured last, and where', async () => {
    const position = recipe.position(text.indexOf(names[1]));
    const results = history(analysis({ [names[0]]: 1, [names[1]]: 0.25 }), run({ [names[1]]: 14 }));
    const { value } = (await hover(recipe, position, models, results))?.contents as MarkupContent;
    expect(value).toContain('Alone in int8: top1 drops by 0.25, SQNR 20.0 dB, rank 2 of 2 (300 samples, '
      + '2026-01-02 03:04).');
    expect(value).toContain('In the last run: int8, SQNR 14.0 dB (2026-01-02 03:04).');
  });
});
