import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { coresOf, physicalCores } from './cores.ts';

const processor = (number: number, socket: number, core: number): string =>
  `processor\t: ${number}\nphysical id\t: ${socket}\ncore id\t\t: ${core}\nflags\t\t: fpu`;

it('counts two threads of one core once, and equal numbers on two sockets twice', () => {
  const cpuinfo = [[0, 0, 0], [1, 0, 1], [2, 0, 0], [3, 0, 1], [4, 1, 0]] as const;
  expect(coresOf(cpuinfo.map(([number, socket, core]) => processor(number, socket, core)).join('\n\n'))).toBe(3);
});

it('does not know where the list names no cores', () => {
  expect(coresOf('processor\t: 0\nBogoMIPS\t: 48.00\n\nprocessor\t: 1\n')).toBeUndefined();
});

it('gives at least one core and no more than there are processors', () => {
  expect(physicalCores()).toBeGreaterThanOrEqual(1);
  expect(physicalCores()).toBeLessThanOrEqual(availableParallelism());
});
