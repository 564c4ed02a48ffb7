import { commands, window, type Uri } from 'vscode';
import { checkTarget, listTargets } from '../../protocol/advice.ts';
import type { DataChoice } from '../../protocol/runs.ts';
import type { GraphEditors } from '../graph/graph-editor.ts';
import type { OpenGraphs } from '../graph/open-graphs.ts';
import { writeRecipe } from '../recipes/write-recipe.ts';
import type { Starter } from '../runs/start.ts';
import type { ServerLink } from '../server/server-link.ts';
import { serverSettings } from '../server/settings.ts';
import { requireTrust } from '../server/trust.ts';
import type { Disposable } from '../support/disposable.ts';
import type { Log } from '../support/log.ts';
import { registerCommand } from '../support/register.ts';
import { nodeAtLine } from '../text/node-at-line.ts';
import type { TextViews } from '../text/text-view.ts';
import { askForRecipe, browseForData, findDataFor, type WizardOptions } from '../wizard/compress.ts';
import { dataChoices, isSuggestedData, suggestedTarget, targetChoices } from '../wizard/choices.ts';
import { askQuestion } from '../wizard/quick-question.ts';
import type { Models } from './models.ts';
import { fileName } from './page-model.ts';
import { givenModel, givenModels, modelInView, pickModel, pickModels, whichModel } from './which-model.ts';

export interface ModelCommandParts {
  readonly link: ServerLink;
  readonly log: Log;
  readonly models: Models;
  readonly graphs: OpenGraphs;
  readonly editors: GraphEditors;
  readonly texts: TextViews;
  readonly starter: Starter;
}

/** The commands that begin with a model: from the explorer, the palette, a graph's title and pages. */
export function registerModelCommands(parts: ModelCommandParts): Disposable[] {
  const { link, log, models, graphs, editors, texts, starter } = parts;

  const compress = async (given: unknown, title: string, options: WizardOptions): Promise<void> => {
    requireTrust();
    const model = await whichModel(given, graphs, title);
    const result = model && await askForRecipe(link, model, options);
    if (!result) return;
    const recipe = await writeRecipe(result.advice, result.then === 'edit');
    if (result.then === 'run') await starter.start({ kind: 'recipe', recipe: recipe.fsPath, automatic: true });
  };

  const analyze = async (given: unknown): Promise<void> => {
    requireTrust();
    const model = await whichModel(given, graphs, 'Analyze Sensitivity');
    const data = model && await askForData(link, model);
    if (data) await starter.start({ kind: 'analyze', model: model.fsPath, data });
  };

  const benchmark = async (clicked: unknown, selected: unknown): Promise<void> => {
    requireTrust();
    const given = givenModels(clicked, selected);
    const inView = given.length > 0 ? undefined : modelInView(graphs);
    const chosen = inView ? [inView] : given.length > 0 ? given : await pickModels('Benchmark Model');
    if (!chosen || chosen.length === 0) return;
    await starter.start({ kind: 'benchmark', models: chosen.map(({ fsPath }) => fsPath) });
  };

  const compare = async (clicked: unknown, selected: unknown): Promise<void> => {
    const [given, second] = givenModels(clicked, selected);
    const a = given ?? await whichModel(undefined, graphs, 'Compare Models: the original');
    const b = second ?? (a && await pickModel(`Compare ${fileName(a.path)} with`, [a]));
    if (a && b) await starter.compare(a, b);
  };

  const check = async (given: unknown): Promise<void> => {
    const model = await whichModel(given, graphs, 'Check Target');
    const target = model && await askForTarget(link, model);
    if (!target) return;
    await editors.open(model);
    const { problems } = await link.request(checkTarget, { uri: model.toString(), target });
    // Problems are told by the Problems panel; that there are none has no other place.
    if (problems === 0) void window.showInformationMessage(`${fileName(model.path)} fits ${target}: nothing found.`);
    else await commands.executeCommand('workbench.actions.view.problems');
  };

  const reveal = async (given: unknown, node: unknown): Promise<void> => {
    const model = givenModel(given) ?? modelInView(graphs);
    if (!model) return;
    const line = window.activeTextEditor?.selection.active.line;
    await editors.open(model, typeof node === 'string' ? node : await nodeAt(models, model, line));
  };

  return [
    registerCommand(log, 'lathe.compress', (given) => compress(given, 'Compress Model', {})),
    registerCommand(log, 'lathe.quantize', (given) => compress(given, 'Quantize', { technique: 'quantize' })),
    registerCommand(log, 'lathe.analyze', analyze),
    registerCommand(log, 'lathe.benchmark', benchmark),
    registerCommand(log, 'lathe.compareModels', compare),
    registerCommand(log, 'lathe.checkTarget', check),
    registerCommand(log, 'lathe.revealNode', reveal),
    registerCommand(log, 'lathe.openGraph', async (given) => {
      const model = await whichModel(given, graphs, 'Open Graph');
      if (model) await editors.open(model);
    }),
    registerCommand(log, 'lathe.openText', async (given, line) => {
      const model = await whichModel(given, graphs, 'Open as Text');
      if (model) await texts.open(model, typeof line === 'number' ? line : undefined);
    }),
  ];
}

/** The node that the text view of a model has at a line. */
async function nodeAt(models: Models, model: Uri, line: number | undefined): Promise<string | undefined> {
  if (line === undefined) return undefined;
  const lease = models.acquire(model);
  try {
    return nodeAtLine(await lease.session.complete(), line);
  } finally {
    lease.dispose();
  }
}

async function askForData(link: ServerLink, model: Uri): Promise<DataChoice | undefined> {
  const found = await findDataFor(link, model);
  const answer = await askQuestion({
    title: `Analyze Sensitivity of ${fileName(model.path)}`,
    placeholder: 'What data shall it be measured with?',
    place: 1, of: 1,
    items: Promise.resolve(dataChoices(found, 'random values: errors of the outputs, no accuracy')),
    suggested: (value) => isSuggestedData(found, value),
  });
  if (answer.kind !== 'answer') return undefined;
  switch (answer.value.kind) {
    case 'data': return answer.value.data;
    case 'browse': return browseForData(answer.value.what, model);
    case 'none': return { data: 'random' };
  }
}

async function askForTarget(link: ServerLink, model: Uri): Promise<string | undefined> {
  const targets = await link.request(listTargets, {});
  const suggested = suggestedTarget(targets, serverSettings().target)?.name ?? '';
  const answer = await askQuestion({
    title: `Check ${fileName(model.path)}`, placeholder: 'Where will the model run?', place: 1, of: 1,
    items: Promise.resolve(targetChoices(targets, suggested)),
  });
  return answer.kind === 'answer' ? answer.value : undefined;
}
