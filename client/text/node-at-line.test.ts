import { expect, it } from 'vitest';
import { packColumns } from '../../protocol/graph/columns.ts';
import { graphColumns } from '../../protocol/graph/structure.ts';
import type { PageModel } from '../../protocol/page.ts';
import { nodeAtLine } from './node-at-line.ts';

const columns = Object.fromEntries(graphColumns.map((name) => [name, new Int32Array(0)]));
// In the order of the file, with the outputs, which are written on top, at the end.
const { table, buffer } = packColumns({ ...columns, line: Int32Array.of(5, 12, 14, 20, 6) });
const names = { names: ['in', 'conv', 'relu', 'gemm', 'out'], details: ['', '', '', '', ''] };
const model = { names, table, columns: buffer } as unknown as PageModel;

it('finds the node that a line belongs to', () => {
  expect([5, 6, 12, 13, 14, 99].map((line) => nodeAtLine(model, line))).toEqual([
    'in', 'out', 'conv', 'conv', 'relu', 'gemm',
  ]);
});

it('finds none above the first', () => {
  expect(nodeAtLine(model, 0)).toBeUndefined();
});
