/** Commands of the extension that the server's answers lead to. The client's package.json declares them. */

import type { Command } from 'vscode-languageserver';

/** Opens the graph of a model and selects a node. */
export function revealNode(modelUri: string, node: string, title = 'Show in graph'): Command {
  return { title, command: 'lathe.revealNode', arguments: [modelUri, node] };
}

export function runRecipe(recipeUri: string): Command {
  return { title: 'Run', command: 'lathe.runRecipe', arguments: [recipeUri] };
}

export function estimateRecipe(recipeUri: string): Command {
  return { title: 'Estimate', command: 'lathe.estimateRecipe', arguments: [recipeUri] };
}

/** As the target of a link. */
export function commandUri({ command, arguments: parameters = [] }: Command): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(parameters))}`;
}
