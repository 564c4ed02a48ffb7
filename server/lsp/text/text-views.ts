/** Models as text: printed once for each version of the file. */

import { URI } from 'vscode-uri';
import { textScheme } from '../../../protocol/model.ts';
import type { PrintedModel } from '../../engine/formats/onnx/text/printed-model.ts';
import { printModel } from '../../engine/formats/onnx/text/print-model.ts';
import type { LoadedModel } from '../models/loaded-model.ts';

const printed = new WeakMap<LoadedModel, PrintedModel>();

export function printedModel(loaded: LoadedModel): PrintedModel {
  let text = printed.get(loaded);
  if (!text) printed.set(loaded, text = printModel(loaded.model));
  return text;
}

/** The text that the document has: its lines, the last one ended too. */
export function textOf({ lines }: PrintedModel): string {
  return `${lines.join('\n')}\n`;
}

/** Uri of the text view of a model. */
export function textUri(model: string): string {
  return URI.from({ scheme: textScheme, path: `${URI.parse(model).path}.txt`, query: model }).toString();
}

/** The model whose text view has this uri. */
export function modelOfText(uri: string): string {
  return URI.parse(uri).query;
}

export function isTextView({ uri }: { readonly uri: string }): boolean {
  return uri.startsWith(`${textScheme}:`);
}
