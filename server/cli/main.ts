/** `lathe`: finds the command, runs it, and turns what happens into output and an exit code. */

import { cancelled, isCancelled, LatheError } from '../engine/errors.ts';
import { didYouMean } from '../engine/util/nearest.ts';
import { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from './commands/all.ts';
import { reportFailure } from './failure.ts';
import { commandHelp, programHelp } from './help.ts';
import { Output, written } from './output.ts';
import { latheVersion } from '../engine/util/versions.ts';

/** What a shell reports for a program that was interrupted. */
const interrupted = 130;

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  // Errors must keep the promise of `--json` also when they are found before the options are read.
  const before = new Output({ json: argv.includes('--json'), quiet: true });
  if (name === undefined) {
    if (before.json) return reportFailure(new LatheError('USAGE', 'No command is given.'), before);
    await written(process.stderr, `${programHelp(commands)}\n`);
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const wanted = name === 'help' ? commands.find((command) => command.name === rest[0]) : undefined;
    await written(process.stdout, `${wanted ? commandHelp(wanted) : programHelp(commands)}\n`);
    return 0;
  }
  if (name === '--version' || name === '-V') {
    await written(process.stdout, `${latheVersion}\n`);
    return 0;
  }
  const command = commands.find((known) => known.name === name);
  if (!command) {
    const hint = didYouMean(name, commands.map((known) => known.name));
    const what = name.startsWith('-') ? 'option' : 'command';
    return reportFailure(
      new LatheError('USAGE', `Unknown ${what} "${name}".${hint}`, { fix: 'See "lathe --help".' }),
      before,
    );
  }
  let args: Arguments;
  try {
    args = new Arguments(command, rest);
  } catch (error) {
    return reportFailure(error, before);
  }
  if (args.flag('help')) {
    await written(process.stdout, `${commandHelp(command)}\n`);
    return 0;
  }
  return runCommand(command, args);
}

async function runCommand(command: Command, args: Arguments): Promise<number> {
  const output = new Output({ json: args.flag('json'), quiet: args.flag('quiet') });
  const signal = interruptSignal();
  try {
    const code = await command.run({ args, output, signal });
    await output.finish();
    return code;
  } catch (error) {
    // Whatever fails after an interrupt fails because of it.
    return reportFailure(signal.aborted && !isCancelled(error) ? cancelled() : error, output);
  }
}

/** Aborted by the first Ctrl+C, which lets work end in order; the second one ends the program at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(interrupted);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void main(process.argv.slice(2)).then((code) => process.exit(code));
