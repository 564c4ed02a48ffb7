/** The extension's entry: makes the parts and connects them. Nothing here decides anything. */

import type { ExtensionContext } from 'vscode';
import { GraphEditors } from './graph/graph-editor.ts';
import { registerGraphCommands } from './graph/graph-commands.ts';
import { OpenGraphs } from './graph/open-graphs.ts';
import { registerModelCommands } from './models/model-commands.ts';
import { Models } from './models/models.ts';
import { ComparePages } from './pages/compare-pages.ts';
import type { PageServices } from './pages/page-handlers.ts';
import { ResultPages } from './pages/result-pages.ts';
import { applyRecipeEdit } from './problems/apply-fix.ts';
import { openDocumentation } from './problems/documentation.ts';
import { ModelDecorations } from './problems/model-decorations.ts';
import { ModelDiagnostics } from './problems/model-diagnostics.ts';
import { registerDocumentationCommand, registerFixCommand } from './problems/problem-commands.ts';
import { registerRecipeCommands } from './recipes/recipe-commands.ts';
import { recipeStatus } from './recipes/recipe-status.ts';
import { registerRecipeTasks } from './recipes/recipe-tasks.ts';
import { registerRunCommands } from './runs/run-commands.ts';
import { runStatus } from './runs/run-status.ts';
import { RunStore } from './runs/run-store.ts';
import { RunsTree } from './runs/runs-tree.ts';
import { Starter } from './runs/start.ts';
import { ServerLink } from './server/server-link.ts';
import { Log } from './support/log.ts';
import { ReadOnlyTexts } from './support/read-only-text.ts';
import { registerSupportCommands } from './support/support-commands.ts';
import { TextViews } from './text/text-view.ts';

let server: ServerLink | undefined;

export function activate(context: ExtensionContext): void {
  const { extensionUri } = context;
  const log = new Log();
  const diagnostics = new ModelDiagnostics();
  const link = new ServerLink(context, log, (model, found) => diagnostics.set(model, found));
  server = link;

  const models = new Models(link, log);
  const graphs = new OpenGraphs();
  const store = new RunStore(link, log);
  const services: PageServices = {
    link,
    applyFix: (model, edit) => applyRecipeEdit(link, model, edit),
    openDocumentation: (code) => openDocumentation(extensionUri, code),
    revealNode: (model, node, overlay) => editors.open(model, node, overlay === undefined ? {} : { overlay }),
  };
  const editors: GraphEditors = new GraphEditors(extensionUri, models, graphs, services, log);
  const results = new ResultPages(extensionUri, store, services, log);
  const comparisons = new ComparePages(extensionUri, models, store, services, log);
  const texts = new TextViews(link, models);
  const views = new ReadOnlyTexts();
  const starter = new Starter({ link, log, store, results, comparisons, editors });

  context.subscriptions.push(
    log, diagnostics, link, models, store, editors, results, comparisons, texts, views,
    new ModelDecorations(),
    new RunsTree(store),
    ...runStatus(store),
    recipeStatus(link),
    registerRecipeTasks(context),
    registerDocumentationCommand(log, services),
    registerFixCommand(log, models, graphs, services),
    ...registerGraphCommands(graphs),
    ...registerModelCommands({ link, log, models, graphs, editors, texts, starter }),
    ...registerRecipeCommands({ link, log, graphs, starter, texts: views }),
    ...registerRunCommands({ link, log, store, starter, results, comparisons, editors, texts: views }),
    ...registerSupportCommands(context, link, log, editors),
  );
  void link.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
