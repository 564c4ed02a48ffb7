/** The extension's entry: makes the parts and connects them. Nothing here decides anything. */

import type { ExtensionContext } from 'vscode';
import { GraphEditors } from './graph/graph-editor.ts';
import { registerGraphCommands } from './graph/graph-commands.ts';
import { OpenGraphs } from './graph/open-graphs.ts';
import { Models } from './models/models.ts';
import type { PageServices } from './pages/page-handlers.ts';
import { applyRecipeEdit } from './problems/apply-fix.ts';
import { openDocumentation } from './problems/documentation.ts';
import { ServerLink } from './server/server-link.ts';
import { Log } from './support/log.ts';

let link: ServerLink | undefined;

export function activate(context: ExtensionContext): void {
  const log = new Log();
  link = new ServerLink(context, log);
  const models = new Models(link, log);
  const graphs = new OpenGraphs();
  const services: PageServices = {
    link,
    applyFix: (model, edit) => applyRecipeEdit(services.link, model, edit),
    openDocumentation: (code) => openDocumentation(context.extensionUri, code),
    revealNode: (model, node) => editors.open(model, node),
  };
  const editors: GraphEditors = new GraphEditors(context.extensionUri, models, graphs, services, log);
  context.subscriptions.push(log, link, models, editors, ...registerGraphCommands(graphs));
  void link.start();
}

export async function deactivate(): Promise<void> {
  await link?.stop();
}
