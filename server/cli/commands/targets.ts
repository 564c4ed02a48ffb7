/** `lathe targets`: the targets known. */

import { findTarget, targets } from '../../engine/targets/registry.ts';
import type { Command } from '../command.ts';
import { table } from '../table.ts';

export const targetsCommand: Command = {
  name: 'targets',
  summary: 'the targets known, and which one this machine is',
  usage: '',
  options: [],
  operands: { min: 0, max: 0, names: '' },
  async run({ output }) {
    const host = findTarget('auto');
    const rows = targets.map((target) => [
      target === host ? `${target.name} *` : target.name,
      target.description,
      target.prefers.scheme,
      String(target.maxOpset),
    ]);
    const text = table([['target', 'what it is', 'best', 'opset'], ...rows], { header: true, right: [3] });
    output.result(
      {
        host: host.name,
        targets: targets.map(({ operators, int8, prefers, ...target }) => ({
          ...target,
          saturates: int8.saturates,
          prefers: prefers.scheme,
          reason: prefers.reason,
          ...(operators && { operators: [...operators] }),
        })),
      },
      `${text}\n\n* this machine, also called "auto"`,
    );
    return 0;
  },
};
