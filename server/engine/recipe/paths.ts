/** Where a run reads and writes. */

import { statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { LatheError } from '../errors.ts';
import type { Recipe } from './recipe.ts';

export interface RunPaths {
  readonly model: string;
  readonly output: string;
  readonly recipe: string;
  readonly reportHtml: string;
  readonly reportMarkdown: string;
}

/** What a scheme adds to the name of a result. */
function suffixOf(recipe: Recipe): string {
  const quantize = recipe.steps.find(({ name }) => name === 'quantize');
  if (!quantize) return 'compressed';
  const scheme = quantize.options['scheme'];
  return scheme === 'fp16' || scheme === 'bf16' ? scheme : 'int8';
}

/** `NAME.int8.onnx` beside the model. */
export function defaultOutput(modelPath: string, suffix = 'int8'): string {
  const extension = extname(modelPath);
  return join(dirname(modelPath), `${basename(modelPath, extension)}.${suffix}.onnx`);
}

/** Path of the file that belongs to a result: `NAME.int8.lathe.yaml` for `NAME.int8.onnx`. */
export function besideOutput(output: string, ending: string): string {
  return join(dirname(output), `${basename(output, extname(output))}${ending}`);
}

/**
 * The files of a run. Throws `RECIPE` when the result would replace the model it is made from.
 *
 * @param baseDir folder that the recipe's paths start at
 * @param recipePath the recipe's own file, where it has one
 */
export function runPaths(recipe: Recipe, baseDir: string, recipePath: string | undefined): RunPaths {
  const model = resolve(baseDir, recipe.model);
  const output = recipe.output === undefined
    ? defaultOutput(model, suffixOf(recipe))
    : resolve(baseDir, recipe.output);
  if (sameFile(model, output)) {
    throw new LatheError('RECIPE', `The output "${recipe.output ?? output}" is the model itself.`, {
      fix: 'Give the result another name: the original is never changed.',
      at: { file: recipePath ?? output },
    });
  }
  return {
    model,
    output,
    recipe: recipePath ?? besideOutput(output, '.lathe.yaml'),
    reportHtml: besideOutput(output, '.report.html'),
    reportMarkdown: besideOutput(output, '.report.md'),
  };
}

/** Also through links and other spellings of the name. */
function sameFile(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/** `path` as a recipe in `folder` writes it: with slashes on every system. */
export function relativePath(folder: string, path: string): string {
  const way = relative(folder, resolve(path));
  return way.split(sep).join('/');
}
