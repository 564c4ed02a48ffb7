import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { file, lathe, until } from './lathe.ts';

/** Problems lie under the model's file, with the layer as the uri's fragment. */
function problemsOf(name: string): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics().filter(([uri]) => uri.path === file(name).path).flatMap(([, list]) => list);
}

describe('a model', () => {
  before(async () => {
    await lathe().activate();
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('opens as a graph', async () => {
    await vscode.commands.executeCommand('vscode.open', file('digits.onnx'));
    const input = await until('the editor', () => {
      const active = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return active instanceof vscode.TabInputCustom ? active : undefined;
    });
    assert.equal(input.viewType, 'lathe.graph');
  });

  it('has problems with a code, a page that explains it, and a quick fix', async () => {
    const problems = await until('problems', () => {
      const found = problemsOf('digits.onnx');
      return found.length > 0 ? found : undefined;
    });
    for (const { code, source } of problems) {
      assert.ok(typeof code === 'object', 'The code of a problem has no link.');
      assert.match(String(code.value), /^LTH\d{4}$/);
      // What a click on it does.
      await vscode.commands.executeCommand(code.target.path, code.value);
      assert.equal(source, 'lathe');
    }
  });

  it('that is malformed has one problem, which says so', async () => {
    await vscode.commands.executeCommand('vscode.open', file('broken.onnx'));
    const [problem] = await until('a problem', () => {
      const found = problemsOf('broken.onnx');
      return found.length > 0 ? found : undefined;
    });
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
  });
});
