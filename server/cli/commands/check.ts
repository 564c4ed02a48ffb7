/** `lathe check`: what a target cannot run, or runs slowly, and the fix. */

import { readModel } from '../../engine/formats/onnx/read.ts';
import { checkTarget } from '../../engine/targets/check.ts';
import { findTarget } from '../../engine/targets/registry.ts';
import { plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { sarifOption, writeSarif } from '../sarif.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'what a target cannot run, or runs slowly, and the fix',
  usage: 'MODEL [--target T]',
  options: [
    { name: 'target', value: 'T', summary: 'a name from "lathe targets"; this machine by default' },
    sarifOption,
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run({ args, output }) {
    const path = args.operands[0]!;
    const target = findTarget(args.text('target'));
    const problems = checkTarget(readModel(path), target);
    const sarif = args.text('sarif');
    if (sarif !== undefined) writeSarif(sarif, path, problems);
    const lines = problems.map(({ code, severity, message, fix }) => `${severity} ${code}: ${message}\n  ${fix}`);
    const summary = problems.length === 0
      ? `No problems on ${target.name}.`
      : `${plural(problems.length, 'problem')} on ${target.name}.`;
    output.result({ target: target.name, problems }, [...lines, summary].join('\n'));
    return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};
