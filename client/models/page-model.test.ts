import { expect, it } from 'vitest';
import { packColumns, unpackColumns } from '../../protocol/graph/columns.ts';
import type { OpenedModel } from '../../protocol/model.ts';
import { fileName, pageModel } from './page-model.ts';

it('gives a page a buffer of its own, whatever its size', () => {
  for (const length of [1, 3, 5000]) {
    const { table, buffer } = packColumns({ kind: Uint8Array.from({ length }, (_, i) => i % 7) });
    const opened = {
      facts: {}, graph: { names: {}, table }, columns: Buffer.from(buffer).toString('base64'),
      version: 'v', complete: true,
    } as unknown as OpenedModel;
    const model = pageModel('file:///m.onnx', 'm.onnx', opened);
    expect(model.columns.byteLength).toBe(buffer.byteLength);
    expect(unpackColumns(model.table, model.columns)['kind']).toEqual(Uint8Array.from({ length }, (_, i) => i % 7));
  }
});

it('names files of both kinds of path', () => {
  expect(['/a/b.onnx', 'C:\\a\\b.onnx', 'b.onnx'].map(fileName)).toEqual(['b.onnx', 'b.onnx', 'b.onnx']);
});
