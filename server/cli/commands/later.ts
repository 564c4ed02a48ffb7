/** Commands that the interface has and this version has not: they say so. */

import { LatheError } from '../../engine/errors.ts';
import type { Command } from '../command.ts';

function later(name: string, summary: string): Command {
  return {
    name,
    summary: `${summary} (not available in this version)`,
    usage: 'MODEL [options]',
    options: [],
    anyArguments: true,
    operands: { min: 0, max: Infinity, names: 'one model' },
    async run() {
      throw new LatheError('UNSUPPORTED', `"lathe ${name}" is not available in this version of Lathe.`, {
        fix: 'Use "lathe compress" or "lathe quantize".',
      });
    },
  };
}

export const laterCommands: readonly Command[] = [
  later('distill', 'train a smaller model to answer like a larger one'),
];
