import { commands } from 'vscode';
import { tell } from '../server/tell.ts';
import type { Log } from './log.ts';
import type { Disposable } from './disposable.ts';

/** Whatever a command may be given: links, menus and other extensions call it as they like. */
export type CommandHandler = (...given: unknown[]) => unknown;

/** Registers a command whose failures are told to the user. */
export function registerCommand(log: Log, id: string, handler: CommandHandler): Disposable {
  return commands.registerCommand(id, async (...given: unknown[]) => {
    try {
      return await handler(...given);
    } catch (error) {
      await tell(log, error);
      return undefined;
    }
  });
}
