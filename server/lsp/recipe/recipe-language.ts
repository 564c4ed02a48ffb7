/** The language of `*.lathe.yaml`: what the editor can ask about a recipe. */

import type { ServerContext } from '../context.ts';
import type { Language } from '../languages/language.ts';
import { complete } from './complete.ts';
import { publishDiagnostics } from './publish.ts';
import { RecipeDocuments } from './recipe-document.ts';

/** Also for a document that the editor takes for plain YAML. */
function isRecipe({ uri, languageId }: { readonly uri: string; readonly languageId: string }): boolean {
  return languageId === 'lathe-recipe' || /\.lathe\.ya?ml$/.test(uri);
}

export function recipeLanguage(context: ServerContext): Language {
  const { documents, models } = context;
  const recipes = new RecipeDocuments();
  documents.onDidClose(({ document }) => recipes.forget(document.uri));
  publishDiagnostics(context, recipes, isRecipe);
  return {
    owns: isRecipe,
    complete: (document, position) => complete(recipes.of(document), document.offsetAt(position), models),
  };
}
