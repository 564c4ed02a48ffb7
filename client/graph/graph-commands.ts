import { commands } from 'vscode';
import type { GraphAction } from '../../protocol/page.ts';
import type { OpenGraphs } from './open-graphs.ts';
import type { Disposable } from '../support/disposable.ts';

const actions: readonly GraphAction[] = [
  'search', 'fit', 'expandAll', 'collapseAll', 'toggleFolded', 'nextWorst', 'previousWorst', 'traceInputs',
  'traceOutputs', 'exportSvg', 'exportPng', 'importOverlay', 'exportOverlay', 'help',
];

/** `lathe.graph.*`: what can be done to the graph that has the focus. */
export function registerGraphCommands(graphs: OpenGraphs): Disposable[] {
  return actions.map((action) => commands.registerCommand(`lathe.graph.${action}`, () => graphs.active?.act(action)));
}
