/** Every command, in the order of the help. */

import type { Command } from '../command.ts';
import { checkCommand } from './check.ts';
import { inspectCommand } from './inspect.ts';
import { laterCommands } from './later.ts';
import { targetsCommand } from './targets.ts';

export const commands: readonly Command[] = [
  inspectCommand,
  ...laterCommands,
  checkCommand,
  targetsCommand,
];
