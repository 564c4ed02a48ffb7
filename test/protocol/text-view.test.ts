import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction, CodeLens, DocumentLink, DocumentSymbol, FoldingRange, Hover, InlayHint, Location, MarkupContent,
  Position, Range, SemanticTokens, TextEdit,
} from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import { modelText } from '../../protocol/model.ts';
import type { ModelProblem, RecipeEdit } from '../../protocol/problems.ts';
import { textUri } from '../../server/lsp/text/text-views.ts';
import { connect, samples, type TestClient } from './connect.ts';

const model = URI.file(join(samples, 'digits.onnx')).toString();
const uri = textUri(model);

let client: TestClient;
let lines: string[];
beforeAll(async () => {
  client = await connect();
  const { text } = await client.request(modelText, { uri: model });
  lines = text.split('\n');
  await client.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'onnx-text', version: 1, text },
  });
});
afterAll(() => client.stop());

function ask<Result>(method: string, more: object = {}): Promise<Result> {
  return client.connection.sendRequest<Result>(`textDocument/${method}`, { textDocument: { uri }, ...more });
}

function textAt({ start, end }: Range): string {
  expect(end.line).toBe(start.line);
  return lines[start.line]!.slice(start.character, end.character);
}

/** The first convolution: its line, its name, and what it reads and makes. */
function convolution(): { line: number; name: string; output: string; weight: string; at(word: string): Position } {
  const line = lines.findIndex((one) => one.includes(' = Conv '));
  const [, name, output, weight] = /\["?(.+?)"?\] "?(.+?)"? = Conv <.*> \("?.+?"?, "?(.+?)"?[,)]/.exec(lines[line]!)!;
  return {
    line,
    name: name!,
    output: output!,
    weight: weight!,
    at: (word) => ({ line, character: lines[line]!.indexOf(word) + 1 }),
  };
}

describe('the text view', () => {
  it('is the model in the textual syntax, under the uri that the extension gives it', () => {
    expect(uri).toBe(`lathe-text:${URI.parse(model).path}.txt?${encodeURIComponent(model)}`);
    expect(lines[0]).toBe('<');
    expect(lines.filter((line) => line.includes(' = Conv ')).length).toBeGreaterThan(5);
  });

  it('leads from a use of a value to its definition, and lists its uses', async () => {
    const { output, line } = convolution();
    const use = lines.findIndex((one, i) => i > line && one.includes(output));
    const position = { line: use, character: lines[use]!.lastIndexOf(output) + 1 };
    const [definition, ...others] = await ask<Location[]>('definition', { position });
    expect(others).toEqual([]);
    expect([definition?.range.start.line, definition?.uri]).toEqual([line, uri]);
    const references = await ask<Location[]>('references', { position, context: { includeDeclaration: true } });
    expect(references.map(({ range }) => range.start.line)).toContain(use);
    for (const { range } of references) expect(textAt(range)).toContain(output);
  });

  it('tells of a node what it costs, and of a constant what is in it', async () => {
    const { at, weight, name } = convolution();
    const about = async (position: Position): Promise<string> =>
      ((await ask<Hover>('hover', { position })).contents as MarkupContent).value;
    const node = await about(at('Conv '));
    expect(node).toMatch(/\*\*Conv\*\*.*\n\n.* of constants, .* parameters, .* MACs, .* of outputs/);
    expect(node).toContain(encodeURIComponent(JSON.stringify([model, name])));
    const constant = /constant, read once\n\nfloat32\[.*\], .* k?B: .* to .*, mean .*[▁▂▃▄▅▆▇█]/s;
    expect(await about(at(weight))).toMatch(constant);
    expect(await ask('hover', { position: { line: 0, character: 0 } })).toBeNull();
  });

  it('has an outline of groups, each node once', async () => {
    const symbols = await ask<DocumentSymbol[]>('documentSymbol');
    const names: string[] = [];
    const groups: string[] = [];
    const visit = (symbol: DocumentSymbol, parent?: DocumentSymbol): void => {
      if (parent) expect(symbol.range.start.line).toBeGreaterThanOrEqual(parent.range.start.line);
      if (parent) expect(symbol.range.end.line).toBeLessThanOrEqual(parent.range.end.line);
      if (symbol.detail === 'Conv') names.push(symbol.name);
      if (symbol.detail === undefined) groups.push(symbol.name);
      symbol.children?.forEach((child) => visit(child, symbol));
    };
    symbols.forEach((symbol) => visit(symbol));
    expect(names).toHaveLength(lines.filter((line) => line.includes(' = Conv ')).length);
    expect(new Set(names).size).toBe(names.length);
    expect(groups.length).toBeGreaterThan(1);
  });

  it('folds brackets and groups', async () => {
    const ranges = await ask<FoldingRange[]>('foldingRange');
    const initializers = lines.indexOf('<', 1);
    expect(ranges).toContainEqual({ startLine: initializers, endLine: lines.indexOf('>', initializers) - 1 });
    expect(ranges.length).toBeGreaterThan(4);
  });

  it('colours words by what they are', async () => {
    const { line, at } = convolution();
    const legend = (client.serverCapabilities['semanticTokensProvider'] as { legend: { tokenTypes: string[] } }).legend;
    const typesIn = async (range?: Range): Promise<Map<string, string>> => {
      const method = `semanticTokens/${range ? 'range' : 'full'}`;
      const { data } = await ask<SemanticTokens>(method, { ...(range && { range }) });
      const types = new Map<string, string>();
      let [row, column] = [0, 0];
      for (let i = 0; i < data.length; i += 5) {
        column = data[i] === 0 ? column + data[i + 1]! : data[i + 1]!;
        row += data[i]!;
        if (row === line) types.set(lines[row]!.slice(column, column + data[i + 2]!), legend.tokenTypes[data[i + 3]!]!);
      }
      return types;
    };
    const types = await typesIn();
    expect(types.get('Conv')).toBe('function');
    expect(types.get('kernel_shape')).toBe('property');
    expect(types.get('ints')).toBe('keyword');
    expect([...types.values()]).toContain('variable');
    expect(await typesIn({ start: { line, character: 0 }, end: at('Conv') })).toEqual(types);
  });

  it('leads to the graph', async () => {
    const { name, line } = convolution();
    const links = await ask<DocumentLink[]>('documentLink');
    const link = links.find(({ range }) => range.start.line === line);
    expect(link?.target).toBe(`command:lathe.revealNode?${encodeURIComponent(JSON.stringify([model, name]))}`);
    expect(textAt(link!.range)).toContain(name);
    expect((await ask<CodeLens[]>('codeLens'))[0]?.command).toMatchObject({ command: 'lathe.openGraph' });
  });

  it('mends problems by an edit of the recipe', async () => {
    const { name, line } = convolution();
    const range = { start: { line, character: 0 }, end: { line, character: 1 } };
    const edit: RecipeEdit = { kind: 'layer-rule', match: name, rule: { keep: 'float' } };
    const data: Partial<ModelProblem> = { fixes: [{ title: 'Keep it in float', edit }] };
    const diagnostics = [{ range, message: 'It lost much.', data }, { range, message: 'Not ours.' }];
    const actions = await ask<CodeAction[]>('codeAction', { range, context: { diagnostics } });
    expect(actions.map(({ title }) => title)).toEqual(['Keep it in float']);
    const changes = actions[0]?.edit?.documentChanges ?? [];
    const last = changes.at(-1);
    expect(last && 'edits' in last ? last.textDocument.uri : '').toMatch(/digits.*\.lathe\.yaml$/);
    expect(last && 'edits' in last ? (last.edits[0] as TextEdit).newText : '').toContain(`match: ${name}, keep: float`);
  });

  it('shows the shape of each value beside the node that makes it', async () => {
    const { line, output } = convolution();
    const range = { start: { line, character: 0 }, end: { line, character: 1000 } };
    const [hint] = await ask<InlayHint[]>('inlayHint', { range });
    expect(hint?.label).toMatch(/^: float32\[.+\]$/);
    expect(lines[line]!.slice(0, hint!.position.character)).toMatch(new RegExp(`${output.replaceAll('/', '.')}"?$`));
  });
});
