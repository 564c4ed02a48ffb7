import { workspace, type Uri } from 'vscode';
import type { ServerSettings } from '../../protocol/server.ts';

/** The settings that the language server needs. */
export function serverSettings(): ServerSettings {
  const settings = workspace.getConfiguration('lathe');
  return {
    threads: settings.get('threads', 0),
    provider: settings.get('provider', 'cpu'),
    target: settings.get('target', ''),
    trusted: workspace.isTrusted,
  };
}

/** How much of its accuracy a compressed model may lose (0..1); undefined for what is usual. */
export function accuracyBudget(model: Uri): number | undefined {
  return workspace.getConfiguration('lathe', model).get<number | null>('maxDrop', null) ?? undefined;
}

export function opensResults(): boolean {
  return workspace.getConfiguration('lathe').get('openResults', true);
}
