/** What a command of `lathe` is, and what it gets to work with. */

import type { Arguments } from './arguments.ts';
import type { Output } from './output.ts';

export interface OptionSpec {
  /** Without the dashes: `max-drop`. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in help; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
  /** The words allowed. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly multiple?: boolean;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** After the name: `MODEL [options]`. */
  readonly usage: string;
  /** More about it, for its own help. */
  readonly details?: string;
  readonly examples?: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Takes whatever it is given: it will only say that it cannot do it yet. */
  readonly anyArguments?: boolean;
  /** How many arguments without dashes it takes. */
  readonly operands: { readonly min: number; readonly max: number; readonly names: string };
  run(context: CommandContext): Promise<ExitCode>;
}

/** 0 done; 1 done, but the goal was missed or errors were found. Failures are thrown. */
export type ExitCode = 0 | 1;

export interface CommandContext {
  readonly args: Arguments;
  readonly output: Output;
  readonly signal: AbortSignal;
}
