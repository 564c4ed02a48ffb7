/** The texts of `--help`, made from what each command says of itself. */

import { commonOptions } from './arguments.ts';
import type { Command, OptionSpec } from './command.ts';
import { table } from './table.ts';

const exitCodes = `Exit codes
  0    done
  1    done, but the goal was missed or problems of severity error were found
  2    wrong use, or a bad model, recipe or data set
  3    internal failure
  130  cancelled; the best result so far is kept and named`;

export function programHelp(commands: readonly Command[]): string {
  const list = indent(table(commands.map(({ name, summary }) => [name, summary])));
  return `lathe: turns AI models down to size

Usage: lathe COMMAND [options]

Commands
${list}

"lathe COMMAND --help" tells more about one. "lathe --version" prints the version.

${exitCodes}`;
}

export function commandHelp({ name, summary, usage, details, examples, options }: Command): string {
  const sections = [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    `Usage: lathe ${name} ${usage}`.trimEnd(),
    ...(details === undefined ? [] : [details]),
    `Options\n${indent(table([...options, ...commonOptions].map(optionRow)))}`,
    ...(examples ? [`Examples\n${indent(examples.join('\n'))}`] : []),
  ];
  return sections.join('\n\n');
}

function optionRow({ name, short, value, summary, choices }: OptionSpec): string[] {
  const dashes = short === undefined ? `    --${name}` : `-${short}, --${name}`;
  const words = choices ? `${summary}: ${choices.join(', ')}` : summary;
  return [`${dashes}${value === undefined ? '' : ` ${value}`}`, words];
}

function indent(text: string): string {
  return text.split('\n').map((line) => `  ${line}`).join('\n');
}
