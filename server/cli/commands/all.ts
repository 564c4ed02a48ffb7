/** Every command, in the order of the help. */

import type { Command } from '../command.ts';
import { analyzeCommand } from './analyze.ts';
import { benchmarkCommand } from './benchmark.ts';
import { checkCommand } from './check.ts';
import { compareCommand } from './compare.ts';
import { compressCommand } from './compress.ts';
import { distillCommand } from './distill.ts';
import { evaluateCommand } from './evaluate.ts';
import { finetuneCommand } from './finetune.ts';
import { inspectCommand } from './inspect.ts';
import { pruneCommand } from './prune.ts';
import { quantizeCommand } from './quantize.ts';
import { runCommand } from './run.ts';
import { targetsCommand } from './targets.ts';

export const commands: readonly Command[] = [
  inspectCommand,
  analyzeCommand,
  compressCommand,
  runCommand,
  quantizeCommand,
  pruneCommand,
  distillCommand,
  finetuneCommand,
  evaluateCommand,
  compareCommand,
  benchmarkCommand,
  checkCommand,
  targetsCommand,
];
