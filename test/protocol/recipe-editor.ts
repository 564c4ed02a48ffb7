/** A recipe in an editor: opens it on the server and asks about the place of a bar (`|`). */

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic, Position, Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { samples, type TestClient } from './connect.ts';

let count = 0;

export class RecipeEditor {
  readonly uri: string;
  readonly folder: string;
  document: TextDocument;
  /** Where the bar was. */
  cursor: Position;
  private readonly client: TestClient;

  private constructor(client: TestClient, folder: string, uri: string, text: string) {
    this.client = client;
    this.folder = folder;
    this.uri = uri;
    const bar = text.indexOf('|');
    const plain = bar < 0 ? text : text.slice(0, bar) + text.slice(bar + 1);
    this.document = TextDocument.create(uri, 'lathe-recipe', 1, plain);
    this.cursor = this.document.positionAt(Math.max(0, bar));
  }

  /** Opens `text` beside the sample model and a folder of pictures. */
  static async open(client: TestClient, text: string): Promise<RecipeEditor> {
    count += 1;
    const folder = join(client.folder, `recipe-${count}`);
    mkdirSync(join(folder, 'pictures'), { recursive: true });
    copyFileSync(join(samples, 'digits.onnx'), join(folder, 'digits.onnx'));
    const editor = new RecipeEditor(client, folder, URI.file(join(folder, 'digits.lathe.yaml')).toString(), text);
    await client.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: editor.uri, languageId: 'lathe-recipe', version: 1, text: editor.document.getText() },
    });
    return editor;
  }

  /** Asks `textDocument/<method>` about the document, and about the bar's place where there is one. */
  ask<Result>(method: string, more: object = {}): Promise<Result> {
    return this.client.connection.sendRequest<Result>(`textDocument/${method}`, {
      textDocument: { uri: this.uri }, position: this.cursor, ...more,
    });
  }

  /** The recipe's diagnostics, once they satisfy `wanted`. */
  diagnostics(wanted: (found: readonly Diagnostic[]) => boolean = () => true): Promise<Diagnostic[]> {
    return this.client.diagnostics(this.uri, ({ diagnostics }) => wanted(diagnostics));
  }

  /** The text that a range holds. */
  textAt(range: Range): string {
    return this.document.getText(range);
  }
}
