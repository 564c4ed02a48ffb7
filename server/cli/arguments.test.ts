import { describe, expect, it } from 'vitest';
import { LatheError } from '../engine/errors.ts';
import { Arguments } from './arguments.ts';
import type { Command } from './command.ts';

const command: Command = {
  name: 'make',
  summary: '',
  usage: '',
  options: [
    { name: 'output', short: 'o', value: 'OUT', summary: '' },
    { name: 'keep', value: 'P', summary: '', multiple: true },
    { name: 'prefer', value: 'P', summary: '', choices: ['size', 'latency'] },
    { name: 'max-drop', value: 'X', summary: '' },
  ],
  operands: { min: 1, max: 2, names: 'one or two models' },
  run: () => Promise.resolve(0),
};

const parse = (...argv: string[]): Arguments => new Arguments(command, argv);

function message(work: () => unknown): string {
  try {
    work();
    return 'no error';
  } catch (error) {
    expect(error).toBeInstanceOf(LatheError);
    expect(error).toMatchObject({ code: 'USAGE', fix: 'See "lathe make --help".' });
    return (error as LatheError).message;
  }
}

describe('Arguments', () => {
  it('reads operands, options and switches in any order', () => {
    const args = parse('--json', 'a', '-o', 'out', '--keep=x', '--', '--b');
    expect(args.operands).toEqual(['a', '--b']);
    expect(args.text('output')).toBe('out');
    expect(args.flag('json')).toBe(true);
    expect(args.flag('quiet')).toBe(false);
  });

  it('reads numbers', () => {
    expect(parse('a', '--max-drop', '1e-3').number('max-drop', 0)).toBe(0.001);
    expect(parse('a', '--threads', '4').threads).toBe(4);
    expect(parse('a').threads).toBeUndefined();
    expect(parse('a').seed).toBe(0);
    expect(parse('a', '--seed', '7').seed).toBe(7);
    expect(parse('a', '--keep', 'x', '--keep', 'y').texts('keep')).toEqual(['x', 'y']);
  });

  it.each<[string[], string]>([
    [[], '"lathe make" needs one or two models.'],
    [['a', 'b', 'c'], '"lathe make" takes one or two models; "c" is one too many.'],
    [['a', '--ouptut', 'x'], 'Unknown option "--ouptut". Did you mean "--output"?'],
    [['a', '-x'], 'Unknown option "-x".'],
    [['a', '--output'], 'The option "--output" needs a value: --output OUT.'],
    [['a', '--output', '--json'], 'The option "--output" needs a value: --output OUT.'],
    [['a', '--output='], 'The option "--output" needs a value: --output OUT.'],
    [['a', '-o', 'x', '-o', 'y'], 'The option "--output" is given twice.'],
    [['a', '--json=yes'], 'The option "--json" takes no value.'],
    [['a', '--prefer', 'sise'], '"--prefer" cannot be "sise". Did you mean "size"? Allowed: size or latency.'],
  ])('refuses %j', (argv, expected) => {
    expect(message(() => parse(...argv))).toBe(expected);
  });

  it('refuses what is no number', () => {
    expect(message(() => parse('a', '--max-drop', 'much').number('max-drop', 0)))
      .toBe('"--max-drop" must be a number of at least 0, not "much".');
    expect(message(() => parse('a', '--max-drop=-1').number('max-drop', 0)))
      .toBe('"--max-drop" must be a number of at least 0, not "-1".');
    expect(message(() => parse('a', '--threads', '1.5').threads))
      .toBe('"--threads" must be a whole number, not "1.5".');
    expect(message(() => parse('a').required('output'))).toBe('"lathe make" needs "--output".');
  });

  it('asks for nothing where help is wanted', () => {
    expect(parse('--help').flag('help')).toBe(true);
  });
});
