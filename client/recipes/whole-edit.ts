import { Position, Range, window, workspace, WorkspaceEdit, type TextDocument, type Uri } from 'vscode';
import { firstDifference } from './text-difference.ts';

/** Replaces what differs in a document, so that one undo takes it back and the cursor stays where it is. */
export async function replaceText(document: TextDocument, text: string): Promise<void> {
  const difference = firstDifference(document.getText(), text);
  if (difference === undefined) return;
  const edit = new WorkspaceEdit();
  const range = new Range(document.positionAt(difference.start), document.positionAt(difference.end));
  edit.replace(document.uri, range, difference.text);
  await workspace.applyEdit(edit);
}

/** Writes a new file and fails when it is there. */
export async function createText(uri: Uri, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { overwrite: false, contents: new TextEncoder().encode(text) });
  if (!await workspace.applyEdit(edit)) throw new Error(`${uri.fsPath} cannot be written.`);
}

/** Shows a text document with the cursor at a 0-based line. */
export async function showLine(document: TextDocument, line: number): Promise<void> {
  const at = new Position(Math.min(line, document.lineCount - 1), 0);
  await window.showTextDocument(document, { selection: new Range(at, at), preview: false });
}
