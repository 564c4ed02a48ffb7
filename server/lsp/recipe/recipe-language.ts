/** The language of `*.lathe.yaml`: what the editor can ask about a recipe. */

import type { ServerContext } from '../context.ts';
import type { Language } from '../languages/language.ts';
import { actions } from './actions.ts';
import { complete } from './complete.ts';
import { definition, references } from './definition.ts';
import { format } from './format.ts';
import { hints } from './hints.ts';
import { hover } from './hover.ts';
import { keepInFloat } from './keep-in-float.ts';
import { lenses } from './lenses.ts';
import { links } from './links.ts';
import { folding, outline } from './outline.ts';
import { publishDiagnostics } from './publish.ts';
import { RecipeDocuments } from './recipe-document.ts';
import { answerRequests } from './requests.ts';

/** Also for a document that the editor takes for plain YAML. */
function isRecipe({ uri, languageId }: { readonly uri: string; readonly languageId: string }): boolean {
  return languageId === 'lathe-recipe' || /\.lathe\.ya?ml$/.test(uri);
}

export function recipeLanguage(context: ServerContext): Language {
  const { documents, models } = context;
  const recipes = new RecipeDocuments();
  documents.onDidClose(({ document }) => recipes.forget(document.uri));
  publishDiagnostics(context, recipes, isRecipe);
  answerRequests(context);
  return {
    owns: isRecipe,
    complete: (document, position) => complete(recipes.of(document), document.offsetAt(position), models),
    hover: (document, position) => hover(recipes.of(document), position, models, context.results),
    definition: (document, position) => definition(recipes.of(document), position, models),
    references: (document, position) => references(recipes.of(document), position, models),
    symbols: (document) => outline(recipes.of(document)),
    folding: (document) => folding(recipes.of(document)),
    lenses: (document) => lenses(recipes.of(document), models, context.settings.trusted),
    hints: (document, range) => hints(recipes.of(document), range, models),
    links: (document) => links(recipes.of(document), models),
    actions: async (document, params) => {
      const recipe = recipes.of(document);
      const kept = await keepInFloat(recipe, params.range, models, context.results);
      return [...actions(recipe, params, models), ...kept];
    },
    format: (document) => format(recipes.of(document)),
  };
}
