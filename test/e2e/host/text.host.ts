import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { file, hoverText, lathe, symbolNames, until } from './lathe.ts';

describe('a model as text', () => {
  let document: vscode.TextDocument;

  before(async () => {
    await lathe().activate();
    await vscode.commands.executeCommand('lathe.openText', file('digits.onnx'));
    document = await until('the text view', () => vscode.window.visibleTextEditors
      .map((editor) => editor.document).find(({ languageId }) => languageId === 'lathe-onnx-text'));
  });

  /** Position in the first line that matches. */
  const place = (pattern: RegExp): vscode.Position => {
    const match = pattern.exec(document.getText());
    assert.ok(match, `The text has no ${pattern.source}.`);
    return document.positionAt(match.index + match[0].length - 2);
  };

  it('is in the syntax of ONNX', () => {
    assert.match(document.getText(), /ir_version: 8/);
    assert.match(document.getText(), /opset_import: \["" : 17\]/);
    assert.match(document.getText(), /float\[N, ?1, ?28, ?28\] image/);
    assert.match(document.getText(), /= Conv ?[<(]/);
  });

  it('has an outline', async () => {
    const symbols = await until('the outline', async () => {
      const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider', document.uri);
      return found !== undefined && found.length > 0 ? found : undefined;
    });
    assert.ok(symbolNames(symbols).filter((name) => name.includes('Conv')).length >= 25);
  });

  it('tells the type of a value', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider', document.uri, place(/= Conv [^(]*\(image/));
    const text = hoverText(hovers);
    assert.match(text, /float32\[N, ?1, ?28, ?28\]/);
  });

  it('finds where a value is made and who reads it', async () => {
    const reader = place(/= Relu \([\w./"]+/);
    const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      'vscode.executeDefinitionProvider', document.uri, reader);
    assert.equal(definitions.length, 1);
    const references = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeReferenceProvider', document.uri, reader);
    assert.ok(references.some(({ range }) => range.start.line === reader.line));
  });

  it('folds the graph', async () => {
    const ranges = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider', document.uri);
    assert.ok(ranges.length > 0);
  });
});
