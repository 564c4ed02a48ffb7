import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { URI } from 'vscode-uri';
import { unpackColumns } from '../../protocol/graph/columns.ts';
import { graphFrom, nodeKinds, type GraphStructure } from '../../protocol/graph/structure.ts';
import { closeModel, openModel, type OpenedModel } from '../../protocol/model.ts';
import { serverState } from '../../protocol/server.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { connect, samples, type TestClient } from './connect.ts';

let client: TestClient;
beforeAll(async () => {
  client = await connect();
});
afterAll(() => client.stop());

const path = join(samples, 'digits.onnx');
const uri = URI.file(path).toString();

function graphOf({ graph, columns }: OpenedModel): GraphStructure {
  const bytes = Buffer.from(columns, 'base64');
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return graphFrom(graph.names, unpackColumns(graph.table, buffer));
}

const openModels = async (): Promise<number> => (await client.request(serverState, {})).openModels;

describe('opening a model', () => {
  it('gives its structure in columns', async () => {
    const opened = await client.request(openModel, { uri });
    const graph = graphOf(opened);
    const model = readModel(path);
    const operators = graph.names.filter((_, i) => nodeKinds[graph.kind[i]!] === 'operator');
    expect(operators).toEqual(model.graph.nodes.filter((node) => !node.is('Constant')).map(({ label }) => label));
    expect(opened.facts.opsets).toEqual(Object.fromEntries(model.opsetImports));
    await client.notify(closeModel, { uri });
  });

  it('counts: a model is open until it is closed as often as it was opened', async () => {
    await client.request(openModel, { uri });
    await client.request(openModel, { uri });
    expect(await openModels()).toBe(1);
    await client.notify(closeModel, { uri });
    expect(await openModels()).toBe(1);
    await client.notify(closeModel, { uri });
    expect(await openModels()).toBe(0);
    await client.notify(closeModel, { uri });
    expect(await openModels()).toBe(0);
  });

  it('fails with a code and a fix where there is no file', async () => {
    const missing = URI.file(join(client.folder, 'missing.onnx')).toString();
    expect(await client.failure(openModel, { uri: missing })).toMatchObject({
      code: 'FILE',
      fix: expect.stringMatching(/\.$/) as string,
      at: { file: URI.parse(missing).fsPath },
    });
    await client.notify(closeModel, { uri: missing });
  });
});
