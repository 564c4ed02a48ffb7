import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { file, lathe, symbolNames, until } from './lathe.ts';

async function open(name: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(file(name));
  await vscode.window.showTextDocument(document);
  return document;
}

async function nonEmpty<T>(what: string, ask: () => Thenable<readonly T[] | undefined>): Promise<readonly T[]> {
  return until(what, async () => {
    const found = await ask();
    return found !== undefined && found.length > 0 ? found : undefined;
  });
}

describe('a recipe', () => {
  before(async () => {
    await lathe().activate();
  });

  it('is a language of its own', async () => {
    assert.equal((await open('first.lathe.yaml')).languageId, 'lathe-recipe');
  });

  it('is wrong where a step has no such name, and can be mended', async () => {
    const document = await open('wrong.lathe.yaml');
    const [problem] = await nonEmpty('a diagnostic', async () =>
      vscode.languages.getDiagnostics(document.uri).filter(({ message }) => message.includes('quantise')));
    assert.ok(problem);
    assert.match(problem.message, /quantize/);
    assert.equal(document.getText(problem.range), 'quantise');

    const [fix] = await nonEmpty('a quick fix', async () =>
      (await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider', document.uri, problem.range)).filter(({ edit }) => edit !== undefined));
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /- quantize: /);
    await until('the diagnostic to go', () => {
      const left = vscode.languages.getDiagnostics(document.uri);
      return left.some(({ message }) => message.includes('quantise')) ? undefined : true;
    });
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('completes schemes and names of layers', async () => {
    const document = await open('first.lathe.yaml');
    const labels = async (before: RegExp): Promise<string[]> => {
      const match = before.exec(document.getText());
      assert.ok(match);
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider', document.uri, document.positionAt(match.index + match[0].length));
      return items.map(({ label }) => typeof label === 'string' ? label : label.label);
    };
    const contains = (list: readonly string[], part: string): true | undefined =>
      list.some((label) => label.includes(part)) ? true : undefined;
    await until('the schemes', async () => contains(await labels(/scheme: /), 'dynamic'));
    await until('layer names', async () => contains(await labels(/match: "/), 'conv'));
  });

  it('says what a key means', async () => {
    const document = await open('first.lathe.yaml');
    const place = document.positionAt(document.getText().indexOf('scheme') + 2);
    const hovers = await nonEmpty('a hover', () => vscode.commands.executeCommand<vscode.Hover[] | undefined>(
      'vscode.executeHoverProvider', document.uri, place));
    assert.ok(hovers.length > 0);
  });

  it('offers to run above its steps, and tells how many layers a rule matches', async () => {
    const document = await open('first.lathe.yaml');
    const titles = (await nonEmpty('code lenses', () => vscode.commands.executeCommand<vscode.CodeLens[] | undefined>(
      'vscode.executeCodeLensProvider', document.uri, 20))).map(({ command }) => command?.title ?? '');
    assert.ok(titles.some((title) => title.includes('Run')), titles.join(', '));
    assert.ok(titles.some((title) => title.includes('Estimate')), titles.join(', '));
    assert.ok(titles.some((title) => /\d+ layers match/.test(title)), titles.join(', '));
  });

  it('links to the model and the data', async () => {
    const document = await open('first.lathe.yaml');
    const links = await nonEmpty('links', () => vscode.commands.executeCommand<vscode.DocumentLink[] | undefined>(
      'vscode.executeLinkProvider', document.uri));
    assert.ok(links.some(({ target }) => target?.path.endsWith('/digits.onnx') === true));
  });

  it('has an outline', async () => {
    const document = await open('first.lathe.yaml');
    const symbols = await nonEmpty('the outline', () =>
      vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider', document.uri));
    assert.ok(symbolNames(symbols).some((name) => name.includes('quantize')));
  });
});
