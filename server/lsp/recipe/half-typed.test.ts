import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { samples } from '../../../test/protocol/connect.ts';
import { ModelStore } from '../models/store.ts';
import { noResults } from '../results.ts';
import { actions } from './actions.ts';
import { complete } from './complete.ts';
import { definition, references } from './definition.ts';
import { diagnose } from './diagnose.ts';
import { format } from './format.ts';
import { hints } from './hints.ts';
import { hover } from './hover.ts';
import { lenses } from './lenses.ts';
import { links } from './links.ts';
import { folding, outline } from './outline.ts';
import { RecipeDocument } from './recipe-document.ts';

const recipes = {
  'in blocks': `# Made by hand
version: 1
model: digits.onnx
target: x64-vnni   # the server's
data:
  calibration: { images: photos/, limit: 16, preprocess: { scale: 0.5, mean: [1, 2] } }
  evaluation:
    images: "photos/"
    metric: top1
goal: { maxDrop: 0.01, prefer: size }
steps:
  - fold
  - quantize:
      scheme: int8
      layers:
        # the last one
        - { match: '/head/**', keep: float }
        - match: "*"
          calibration: mse
`,
  'in braces': '{ version: 1, model: "digits.onnx", steps: [ { fold: { tieTransposed: true } }, { quantize: { layers: '
    + '[ { match: "**", keep: float } ], opTypes: [ Conv ] } } ] }',
  'with aliases': `version: 1
model: &m digits.onnx
output: *m
data: { calibration: &d { random: true }, evaluation: *d }
steps: [{ quantize: }, fold: {}, quantize: { layers: [*x, { match: |`,
  'of odd texts': 'version: 1\r\nmodel: >\r\n  digits\r\n  .onnx\r\n? steps\r\n: - !!str fold\r\n'
    + '  - "quan\\tize": ~\r\n--- \r\nb: |\r\n  x\r\n',
};

const models = new ModelStore();
const uri = URI.file(join(samples, 'half-typed.lathe.yaml')).toString();

/** Asks every feature; answers what is shown, so that nothing is optimized away. */
async function askEverything(text: string): Promise<number> {
  const document = TextDocument.create(uri, 'lathe-recipe', 1, text);
  const recipe = new RecipeDocument(document);
  const end = document.positionAt(text.length);
  const range = { start: { line: 0, character: 0 }, end };
  const problems = diagnose(recipe, models);
  const answers = [
    complete(recipe, text.length, models).items,
    definition(recipe, end, models),
    references(recipe, end, models),
    hints(recipe, range, models),
    lenses(recipe, models, true),
    links(recipe, models),
    outline(recipe),
    folding(recipe),
    format(recipe),
    actions(recipe, { textDocument: { uri }, range, context: { diagnostics: problems } }, models),
    problems,
  ];
  await hover(recipe, end, models, noResults);
  for (const { range: place } of problems) {
    expect(document.offsetAt(place.end)).toBeGreaterThanOrEqual(document.offsetAt(place.start));
  }
  return answers.reduce((sum, answer) => sum + answer.length, 0);
}

describe('every feature answers on a recipe that is half typed', () => {
  it.each(Object.entries(recipes))('%s', async (_title, text) => {
    let answers = 0;
    for (let length = 0; length <= text.length; length++) answers += await askEverything(text.slice(0, length));
    expect(answers).toBeGreaterThan(text.length);
  });
});
