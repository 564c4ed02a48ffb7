/** What is wrong with a recipe, and where. */

import { LatheError } from '../errors.ts';

/** Stable codes; docs/problems.md explains each. */
export type RecipeProblemCode =
  /** Not YAML. */
  | 'LTH2001'
  /** A key that the recipe language does not have. */
  | 'LTH2002'
  /** A key that must be there is not. */
  | 'LTH2003'
  /** A value of the wrong kind: text for a number, a list for a word. */
  | 'LTH2004'
  /** A word that is not one of those allowed. */
  | 'LTH2005'
  /** A number or a length outside its limits. */
  | 'LTH2006'
  /** The same key twice. */
  | 'LTH2007'
  /** A version of the recipe language that Lathe does not know. */
  | 'LTH2008'
  /** Values that contradict each other or make no sense together. */
  | 'LTH2010';

export interface RecipeProblem {
  readonly code: RecipeProblemCode;
  readonly message: string;
  /** 1-based; columns count UTF-16 units, as editors do. */
  readonly line: number;
  readonly column: number;
  /** Just after the last character. */
  readonly endLine: number;
  readonly endColumn: number;
}

/** A recipe's problems as one error: the message and place are those of the first. */
export function recipeError(path: string, problems: readonly RecipeProblem[]): LatheError {
  const [first, ...others] = problems;
  if (!first) throw new LatheError('INTERNAL', 'A recipe without problems is no error.');
  return new LatheError('RECIPE', first.message, {
    at: { file: path, line: first.line, column: first.column },
    ...(others.length > 0 && {
      detail: others.map((p) => `${path}:${p.line}:${p.column}: error: ${p.message}`).join('\n'),
    }),
    cause: new RecipeProblems(problems),
  });
}

class RecipeProblems {
  readonly problems: readonly RecipeProblem[];

  constructor(problems: readonly RecipeProblem[]) {
    this.problems = problems;
  }
}

/** Every problem behind an error that `recipeError` made; undefined for other errors. */
export function problemsBehind(error: unknown): readonly RecipeProblem[] | undefined {
  return error instanceof LatheError && error.cause instanceof RecipeProblems ? error.cause.problems : undefined;
}
