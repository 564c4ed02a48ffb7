import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, CompletionList } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { connect, type TestClient } from './connect.ts';
import { RecipeEditor } from './recipe-editor.ts';

let client: TestClient;
beforeAll(async () => {
  client = await connect();
});
afterAll(() => client.stop());

const head = 'version: 1\nmodel: digits.onnx\n';

async function completions(text: string): Promise<{ editor: RecipeEditor; items: CompletionItem[] }> {
  const editor = await RecipeEditor.open(client, text);
  const { items } = await editor.ask<CompletionList>('completion');
  return { editor, items };
}

/** The text after the item with this label was chosen. */
async function chosen(text: string, label: string): Promise<string> {
  const { editor, items } = await completions(text);
  const edit = items.find((item) => item.label === label)?.textEdit;
  if (!edit || !('range' in edit)) throw new Error(`${label} is not among ${items.map((item) => item.label).join()}.`);
  return TextDocument.applyEdits(editor.document, [edit]);
}

describe('completion', () => {
  it('offers the keys that are missing, with their documentation', async () => {
    const { items } = await completions(`${head}|\n`);
    expect(items.map(({ label }) => label)).toEqual(['output', 'target', 'data', 'goal', 'seed', 'steps']);
    expect(items[1]).toMatchObject({ documentation: { value: expect.stringContaining('run on') as string } });
  });

  it('opens a group on the line of its key, or under it', async () => {
    expect(await chosen(`${head}goal: |`, 'prefer')).toBe(`${head}goal: { prefer: $0 }`);
    expect(await chosen(`${head}da|`, 'data')).toBe(`${head}data:\n  $0`);
    const inBraces = await chosen(`${head}steps:\n  - quantize: { |}`, 'layers');
    expect(inBraces).toBe(`${head}steps:\n  - quantize: { layers: [$0]}`);
  });

  it('offers steps, and their options with defaults', async () => {
    expect((await completions(`${head}steps:\n  - |`)).items.map(({ label }) => label)).toContain('quantize');
    const { items } = await completions(`${head}steps:\n  - quantize:\n      scheme: int8\n      |`);
    expect(items.find(({ label }) => label === 'calibration')?.detail).toBe('default: "auto"');
    expect(items.map(({ label }) => label)).not.toContain('scheme');
  });

  it('offers the words of a value, with what each means', async () => {
    const { items } = await completions(`${head}target: |\nsteps:\n  - fold`);
    expect(items.find(({ label }) => label === 'x64-vnni')).toMatchObject({
      documentation: { value: expect.stringMatching(/./) as string },
    });
    const metrics = await completions(`${head}data:\n  evaluation: { images: pictures, metric: |`);
    expect(metrics.items.map(({ label }) => label)).toContain('top1');
  });

  it('offers layers of the model and patterns, quoted where they must be', async () => {
    const text = `${head}steps:\n  - quantize:\n      layers:\n        - { match: |, keep: float }`;
    const { items } = await completions(text);
    const convolutions = items.filter(({ detail }) => detail?.startsWith('Conv, '));
    expect(convolutions.length).toBeGreaterThan(2);
    const label = convolutions[0]!.label;
    expect(await chosen(text, label)).toContain(`{ match: ${label}, keep: float }`);
    expect(await chosen(text.replace('|', `"${label.slice(0, 2)}|"`), label)).toContain(`{ match: "${label}", keep`);
  });

  it('offers files', async () => {
    expect(await chosen('version: 1\nmodel: |', 'digits.onnx')).toBe('version: 1\nmodel: digits.onnx');
    expect(await chosen(`${head}data:\n  evaluation:\n    images: pi|`, 'pictures/')).toContain('images: pictures/');
  });
});

describe('diagnostics', () => {
  it('stand where the mistake is', async () => {
    const editor = await RecipeEditor.open(client, [
      'version: 1', 'model: missing.onnx', 'traget: x64', 'data:', '  evaluation: { images: nowhere/ }', 'steps:',
      '  - quantize: { scheme: int9 }', '',
    ].join('\n'));
    const found = await editor.diagnostics();
    expect(found.map(({ code, range }) => [code, editor.textAt(range)])).toEqual([
      ['LTH2002', 'traget'], ['LTH2005', 'int9'], ['LTH2011', 'missing.onnx'], ['LTH2013', 'nowhere/'],
    ]);
  });

  it('name patterns that match nothing, and conflicts with the target', async () => {
    const editor = await RecipeEditor.open(client, [
      'version: 1', 'model: digits.onnx', 'target: qnn-htp', 'steps:', '  - quantize:', '      layers:',
      '        - { match: /no/such, keep: float }', '',
    ].join('\n'));
    const found = await editor.diagnostics();
    expect(found.map(({ code, range }) => [code, editor.textAt(range)])).toContainEqual(['LTH2012', '/no/such']);
    expect(found.filter(({ code }) => String(code).startsWith('LTH10')).every(({ range }) =>
      editor.textAt(range) === 'qnn-htp')).toBe(true);
  });

  it('tell of a rule that a later one overrules', async () => {
    const rules = ['        - { match: "*", keep: float }', '        - { match: "**", calibration: mse }'];
    const problems = async (...lines: string[]): Promise<[unknown, string][]> => {
      const text = `${head}steps:\n  - quantize:\n      layers:\n${lines.join('\n')}`;
      const editor = await RecipeEditor.open(client, text);
      return (await editor.diagnostics()).map(({ code, range }) => [code, editor.textAt(range)]);
    };
    expect(await problems(...rules)).toEqual([['LTH2014', '"*"']]);
    expect(await problems(rules[0]!)).toEqual([]);
  });

  it('are none for a recipe that is right', async () => {
    const editor = await RecipeEditor.open(client, `${head}target: x64-vnni\nsteps:\n  - fold\n  - quantize: {}\n`);
    expect(await editor.diagnostics()).toEqual([]);
  });
});
