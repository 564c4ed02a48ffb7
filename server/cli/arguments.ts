/** The arguments of one command: read once, every mistake named with the nearest thing that exists. */

import { parseArgs } from 'node:util';
import { LatheError } from '../engine/errors.ts';
import { didYouMean, listInWords } from '../engine/util/nearest.ts';
import type { Command, OptionSpec } from './command.ts';

/** Every command takes these. */
export const commonOptions: readonly OptionSpec[] = [
  { name: 'json', summary: 'print one JSON document and nothing else on standard output' },
  { name: 'quiet', short: 'q', summary: 'no progress' },
  { name: 'threads', value: 'N', summary: 'processor threads to use' },
  { name: 'seed', value: 'N', summary: 'seed of everything random; 0 by default' },
  { name: 'help', short: 'h', summary: 'this text' },
];

function usage(message: string, command: string): LatheError {
  return new LatheError('USAGE', message, { fix: `See "lathe ${command} --help".` });
}

export class Arguments {
  readonly operands: readonly string[];
  private readonly values: ReadonlyMap<string, readonly string[]>;
  private readonly command: string;

  constructor(command: Command, argv: readonly string[]) {
    this.command = command.name;
    const specs = [...command.options, ...commonOptions];
    const { tokens } = parseArgs({
      args: [...argv],
      strict: false,
      tokens: true,
      options: Object.fromEntries(specs.map(({ name, short, value }) => [name, {
        type: value === undefined ? 'boolean' as const : 'string' as const,
        ...(short !== undefined && { short }),
      }])),
    });
    const operands: string[] = [];
    const values = new Map<string, string[]>();
    for (const token of tokens) {
      if (token.kind === 'positional') operands.push(token.value);
      if (token.kind !== 'option') continue;
      const spec = specs.find(({ name }) => name === token.name);
      if (!spec && command.anyArguments) continue;
      if (!spec) {
        const hint = didYouMean(token.name, specs.map(({ name }) => name)).replace(/"(.*)"/, '"--$1"');
        throw usage(`Unknown option "${token.rawName}".${hint}`, command.name);
      }
      const list = values.get(spec.name) ?? [];
      // The next option is no value, whatever the parser makes of it.
      const value = token.inlineValue === false && token.value.startsWith('--') ? undefined : token.value;
      list.push(valueOf(spec, value, command.name));
      values.set(spec.name, list);
      if (list.length > 1 && spec.multiple !== true) {
        throw usage(`The option "--${spec.name}" is given twice.`, command.name);
      }
    }
    this.operands = operands;
    this.values = values;
    if (!this.flag('help')) checkCount(command, operands);
  }

  flag(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  texts(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** A number of at least `min`. */
  number(name: string, min: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min) {
      throw usage(`"--${name}" must be a number of at least ${min}, not "${text}".`, this.command);
    }
    return value;
  }

  /** A whole number of at least `min`. */
  integer(name: string, min: number): number | undefined {
    const value = this.number(name, min);
    if (value !== undefined && !Number.isSafeInteger(value)) {
      throw usage(`"--${name}" must be a whole number, not "${String(this.text(name))}".`, this.command);
    }
    return value;
  }

  /** An option that the command cannot do without. */
  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw usage(`"lathe ${this.command}" needs "--${name}".`, this.command);
    return text;
  }

  get threads(): number | undefined {
    return this.integer('threads', 1);
  }

  get seed(): number {
    return this.integer('seed', 0) ?? 0;
  }
}

function valueOf(spec: OptionSpec, given: string | undefined, command: string): string {
  if (spec.value === undefined) {
    if (given !== undefined) throw usage(`The option "--${spec.name}" takes no value.`, command);
    return '';
  }
  if (given === undefined || given === '') {
    throw usage(`The option "--${spec.name}" needs a value: --${spec.name} ${spec.value}.`, command);
  }
  if (spec.choices && !spec.choices.includes(given)) {
    const hint = didYouMean(given, spec.choices);
    throw usage(`"--${spec.name}" cannot be "${given}".${hint} Allowed: ${listInWords(spec.choices, 'or')}.`, command);
  }
  return given;
}

function checkCount({ name, operands: { min, max, names } }: Command, operands: readonly string[]): void {
  if (operands.length < min) throw usage(`"lathe ${name}" needs ${names}.`, name);
  const extra = operands[max];
  if (extra === undefined) return;
  const message = max === 0
    ? `"lathe ${name}" takes no "${extra}".`
    : `"lathe ${name}" takes ${names}; "${extra}" is one too many.`;
  throw usage(message, name);
}
