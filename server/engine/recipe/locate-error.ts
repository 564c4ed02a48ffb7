/** Points errors about files at the line of the recipe that names the file. */

import { resolve } from 'node:path';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { LatheError } from '../errors.ts';
import { placeOf } from './place.ts';

/**
 * The same error, at the place in the recipe where its file is named; other errors as they are.
 *
 * @param text the recipe's text
 * @param recipePath its file
 * @param baseDir folder that its paths start at
 */
export function locateInRecipe(error: unknown, text: string, recipePath: string, baseDir: string): unknown {
  if (!(error instanceof LatheError) || error.at?.file === undefined || error.at.line !== undefined) return error;
  const wanted = resolve(error.at.file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  let found: readonly [number, number] | undefined;
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !isScalar(node) || !node.range) return undefined;
      if (resolve(baseDir, node.value) !== wanted) return undefined;
      found = [node.range[0], node.range[1]];
      return visit.BREAK;
    },
  });
  if (!found) return error;
  const { line, column } = placeOf(lines, found);
  return new LatheError(error.code, error.message, {
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.fix !== undefined && { fix: error.fix }),
    at: { ...error.at, file: recipePath, line, column },
    cause: error,
  });
}
