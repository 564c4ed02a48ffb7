import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction, CodeLens, DocumentLink, DocumentSymbol, FoldingRange, Hover, InlayHint, Location, MarkupContent, TextEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { parse } from 'yaml';
import { estimateRecipe } from '../../protocol/advice.ts';
import { applyFix } from '../../protocol/problems.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { parseRecipe } from '../../server/engine/recipe/parse.ts';
import { connect, samples, type TestClient } from './connect.ts';
import { RecipeEditor } from './recipe-editor.ts';

let client: TestClient;
beforeAll(async () => {
  client = await connect();
});
afterAll(() => client.stop());

const model = readModel(join(samples, 'digits.onnx'));
const convolutions = model.graph.nodes.filter((node) => node.is('Conv')).map(({ label }) => label);
const [conv, second] = convolutions as [string, string];

const recipe = `version: 1
model: digits.onnx
target: x64-vnni
data:
  evaluation: { images: pictures, metric: top1 }
steps:
  - fold
  - quantize:
      scheme: int8   # small
      layers:
        - match: "/**"
          calibration: mse
        # the first layer
        - { match: ${conv}, keep: float }
`;

const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

async function hoverAt(text: string): Promise<string> {
  const editor = await RecipeEditor.open(client, text);
  return ((await editor.ask<Hover | null>('hover'))?.contents as MarkupContent | undefined)?.value ?? '';
}

/** The recipe with the cursor in front of the first occurrence of `word`. */
function before(word: string): string {
  expect(recipe).toContain(word);
  return recipe.replace(word, () => `|${word}`);
}

describe('hover', () => {
  it('documents keys, with their words and defaults', async () => {
    expect(await hoverAt(before('scheme'))).toMatch(/int8: weights and activations.*One of `int8`.*Default: `"int8"`/s);
    expect(await hoverAt(before('quantize'))).toContain('fewer bits');
    expect(await hoverAt(before('metric'))).toContain('What is measured');
  });

  it('explains words', async () => {
    expect(await hoverAt(before('top1'))).toContain('best class is the right one');
    expect(await hoverAt(before('x64-vnni'))).toMatch(/VNNI/i);
    expect(await hoverAt(before('digits.onnx'))).toMatch(/layers, .*parameters, .*MACs, opset/);
  });

  it('tells what the layers of a pattern cost', async () => {
    expect(await hoverAt(before(`${conv},`))).toMatch(/Conv, .* of constants, .* MACs/);
    expect(await hoverAt(before('"/**"'))).toMatch(/^\d+ layers match, .* of constants.*- and \d+ more$/s);
    expect(await hoverAt(before('"/**"').replace('/**', '/none'))).toBe('No layer of the model matches.');
  });

  it('has nothing to say of nothing', async () => {
    expect(await hoverAt(before(' # small'))).toBe('');
  });
});

describe('beside the lines', () => {
  it('is asked for again when a model or its runs change', async () => {
    const asked = ['workspace/codeLens/refresh', 'workspace/inlayHint/refresh'].map((method) =>
      new Promise<void>((resolve) => {
        client.connection.onRequest(method, () => resolve());
      }));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: 'file:///elsewhere/some.onnx', type: 2 }],
    });
    await Promise.all(asked);
  });

  it('code lenses run, estimate and count layers', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    const lenses = await editor.ask<CodeLens[]>('codeLens');
    expect(lenses.slice(0, 2).map(({ command }) => [command?.title, command?.command, command?.arguments])).toEqual([
      ['Run', 'lathe.runRecipe', [editor.uri]], ['Estimate', 'lathe.estimateRecipe', [editor.uri]],
    ]);
    expect(lenses[2]?.command?.title).toMatch(/^\d+ layers match$/);
    expect(lenses[3]).toMatchObject({
      range: { start: { line: 13 } },
      command: { title: '1 layer matches', command: 'lathe.revealNode', arguments: [expect.anything(), conv] },
    });
  });

  it('runs nothing in a workspace that is not trusted', async () => {
    const careful = await connect({ trusted: false });
    const editor = await RecipeEditor.open(careful, recipe);
    const titles = (await editor.ask<CodeLens[]>('codeLens')).map(({ command }) => command?.title);
    expect(titles).not.toContain('Run');
    expect(titles).toContain('Estimate');
    await careful.stop();
  });

  it('hints tell what a step saves and what a rule costs', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    const hints = await editor.ask<InlayHint[]>('inlayHint', { range: whole });
    const quantize = hints.find(({ position }) => position.line === 7);
    expect(quantize?.label).toMatch(/^saves \d/);
    expect(hints.find(({ position }) => position.line === 13)?.label).toMatch(/^saves .* less$/);
    const above = { ...whole, end: { line: 5, character: 0 } };
    expect(await editor.ask<InlayHint[]>('inlayHint', { range: above })).toEqual([]);
  });

  it('links lead to files and to the graph', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    const links = await editor.ask<DocumentLink[]>('documentLink');
    expect(links.map(({ range, target }) => [editor.textAt(range), target?.replace(/\?.*/, '')])).toEqual([
      ['digits.onnx', URI.file(join(editor.folder, 'digits.onnx')).toString()],
      ['pictures', 'command:revealInExplorer'],
      ['"/**"', 'command:lathe.revealNode'],
      [conv, 'command:lathe.revealNode'],
    ]);
  });

  it('definition and references lead to the layers and to the other rules', async () => {
    const editor = await RecipeEditor.open(client, before(`${conv},`));
    const [definition] = await editor.ask<Location[]>('definition');
    expect(definition?.uri).toMatch(/^lathe-text:.*digits\.onnx\.txt/);
    const references = await editor.ask<Location[]>('references', { context: { includeDeclaration: true } });
    expect(references.filter(({ uri }) => uri === editor.uri).map(({ range }) => editor.textAt(range)))
      .toEqual(['"/**"', conv]);
  });

  it('the outline names steps and rules; groups fold', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    const symbols = await editor.ask<DocumentSymbol[]>('documentSymbol');
    expect(symbols.map(({ name }) => name)).toEqual(['version', 'model', 'target', 'data', 'steps']);
    const steps = symbols.at(-1)?.children ?? [];
    expect(steps.map(({ name }) => name)).toEqual(['fold', 'quantize']);
    const layers = steps[1]?.children?.find(({ name }) => name === 'layers');
    expect(layers?.children?.map(({ name, detail }) => [name, detail]))
      .toEqual([['/**', 'calibration: mse'], [conv, 'keep: float']]);
    expect(await editor.ask<FoldingRange[]>('foldingRange')).toContainEqual({ startLine: 9, endLine: 13 });
  });
});

describe('formatting', () => {
  it('changes spaces and keeps words and comments', async () => {
    const text = '# made by hand\nversion:   1\nmodel: "digits.onnx"    # ours\nsteps:\n    -   fold\n    # then\n'
      + '    - quantize: {scheme: int8,layers: [{match: /a, keep: float}]}\n';
    const editor = await RecipeEditor.open(client, text);
    const edits = await editor.ask<TextEdit[]>('formatting', { options: { tabSize: 2, insertSpaces: true } });
    const formatted = TextDocument.applyEdits(editor.document, edits);
    expect(formatted).toBe('# made by hand\nversion: 1\nmodel: "digits.onnx" # ours\nsteps:\n  - fold\n  # then\n'
      + '  - quantize: { scheme: int8, layers: [ { match: /a, keep: float } ] }\n');
    expect(parse(formatted)).toEqual(parse(text));
    const again = await RecipeEditor.open(client, formatted);
    expect(await again.ask<TextEdit[]>('formatting', { options: { tabSize: 2, insertSpaces: true } })).toEqual([]);
  });

  it('leaves broken recipes alone', async () => {
    const editor = await RecipeEditor.open(client, 'steps: [');
    expect(await editor.ask<TextEdit[]>('formatting', { options: { tabSize: 2, insertSpaces: true } })).toEqual([]);
  });
});

describe('quick fixes', () => {
  /** Title and result of each fix of the problems with this code. */
  async function fixes(text: string, code: string): Promise<[string, string][]> {
    const editor = await RecipeEditor.open(client, text);
    const found = (await editor.diagnostics()).filter((diagnostic) => diagnostic.code === code);
    expect(found).not.toEqual([]);
    const params = { range: found[0]!.range, context: { diagnostics: found } };
    const actions = await editor.ask<CodeAction[]>('codeAction', params);
    return actions.map(({ title, edit }): [string, string] => [
      title, TextDocument.applyEdits(editor.document, edit?.changes?.[editor.uri] ?? []),
    ]);
  }

  it.each([
    ['LTH2002', recipe.replace('target:', 'traget:'), 'Change to "target"', recipe],
    ['LTH2002', recipe.replace('scheme:', 'schema:'), 'Change to "scheme"', recipe],
    ['LTH2002', recipe.replace('- fold', '- fould'), 'Change to "fold"', recipe],
    ['LTH2005', recipe.replace('calibration: mse', 'calibration: mes'), 'Change to "mse"', recipe],
    ['LTH2003', recipe.replace('version: 1\n', ''), 'Add "version"', recipe],
    ['LTH2012', recipe.replace(`${conv},`, `${conv.slice(0, -1)},`), `Change to "${conv}"`, recipe],
    ['LTH2012', recipe.replace(`${conv},`, '/nothing/like/it,'), 'Remove the rule',
      recipe.replace(/ {8}- \{ match: .*\n/, '')],
  ])('%s is mended', async (code, text, title, expected) => {
    expect(await fixes(text, code)).toContainEqual([title, expected]);
  });

  it('add every key that is missing', async () => {
    const added = await fixes('model: digits.onnx\n', 'LTH2003');
    const titles = added.map(([title]) => title);
    expect(titles).toContain('Add "version"');
    expect(titles).toContain('Add "steps"');
    expect(parse(added.find(([title]) => title === 'Add "steps"')![1])).toMatchObject({ steps: [{}, {}] });
  });
});

describe('what the extension asks about recipes', () => {
  it('applyFix edits the newest recipe of the model, as the editor has it', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    const path = URI.parse(editor.uri).fsPath;
    writeFileSync(path, recipe);
    const older = join(editor.folder, 'older.lathe.yaml');
    writeFileSync(older, 'version: 1\nmodel: digits.onnx\nsteps: [fold]\n');
    utimesSync(older, new Date(0), new Date(0));
    writeFileSync(join(editor.folder, 'other.lathe.yaml'), 'version: 1\nmodel: other.onnx\nsteps: [fold]\n');
    const fixed = await client.request(applyFix, {
      uri: URI.file(join(editor.folder, 'digits.onnx')).toString(),
      edit: { kind: 'layer-rule', match: second, rule: { keep: 'float' } },
    });
    expect([fixed.recipe, fixed.created]).toEqual([editor.uri, false]);
    expect(fixed.text).toBe(`${recipe}        - { match: ${second}, keep: float }\n`);
    expect(fixed.text.split('\n')[fixed.line]).toContain(second);
    expect(readFileSync(path, 'utf8')).toBe(recipe);
  });

  it('applyFix makes a recipe where there is none', async () => {
    const { folder } = await RecipeEditor.open(client, recipe);
    const fixed = await client.request(applyFix, {
      uri: URI.file(join(folder, 'digits.onnx')).toString(),
      edit: { kind: 'layer-rule', match: conv, rule: { keep: 'float' } },
    });
    expect([fixed.recipe, fixed.created]).toEqual([URI.file(join(folder, 'digits.int8.lathe.yaml')).toString(), true]);
    const { recipe: made, problems } = parseRecipe(fixed.text);
    expect(problems).toEqual([]);
    expect(made).toMatchObject({ model: 'digits.onnx', output: 'digits.int8.onnx' });
    expect(fixed.text.split('\n')[fixed.line]).toContain(conv);
  });

  it('estimateRecipe tells what each layer becomes', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    const { predicted, layers } = await client.request(estimateRecipe, { uri: editor.uri, text: recipe });
    expect(predicted.sizeBytes).toBeLessThan(predicted.originalBytes);
    const actions = new Map(layers.map(({ name, action }) => [name, action]));
    expect([actions.get(conv), actions.get(second)]).toEqual(['float', 'int8']);
  });

  it('estimateRecipe fails at the place of a mistake', async () => {
    const editor = await RecipeEditor.open(client, recipe);
    expect(await client.failure(estimateRecipe, { uri: editor.uri, text: 'version: 1\nmodel: 3\nsteps: []\n' }))
      .toMatchObject({ code: 'RECIPE', at: { line: 2 } });
  });
});
