import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { checkTarget } from '../../protocol/advice.ts';
import { unpackColumns } from '../../protocol/graph/columns.ts';
import { figureColumns, graphFrom, nodeKinds, type GraphStructure } from '../../protocol/graph/structure.ts';
import {
  closeModel, compareStructure, modelFigures, modelOverlays, nodeDetails, openModel, tensorStatistics, type OpenedModel,
} from '../../protocol/model.ts';
import { modelProblems } from '../../protocol/problems.ts';
import { serverState } from '../../protocol/server.ts';
import { Constants } from '../../server/engine/model/constants.ts';
import { readModel } from '../../server/engine/formats/onnx/read.ts';
import { writeModel } from '../../server/engine/formats/onnx/write.ts';
import { attr } from '../../server/engine/model/attribute.ts';
import { printModel } from '../../server/engine/formats/onnx/text/print-model.ts';
import { modelOf, node, zeros } from '../model/build.ts';
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

/** The uri of a new file in the client's folder. */
function file(name: string, bytes: Uint8Array): string {
  writeFileSync(join(client.folder, name), bytes);
  return URI.file(join(client.folder, name)).toString();
}

describe('opening a model', () => {
  it('gives its structure in columns', async () => {
    const opened = await client.request(openModel, { uri });
    const graph = graphOf(opened);
    const model = readModel(path);
    const operators = graph.names.filter((_, i) => nodeKinds[graph.kind[i]!] === 'operator');
    expect(operators).toEqual(model.graph.nodes.filter((node) => !node.is('Constant')).map(({ label }) => label));
    expect(opened.facts.opsets).toEqual(Object.fromEntries(model.opsetImports));
    const { lines } = printModel(model);
    for (const [i, name] of graph.names.entries()) {
      if (nodeKinds[graph.kind[i]!] === 'operator') expect(lines[graph.line[i]!]).toContain(name);
    }
    await client.notify(closeModel, { uri });
  });

  it('gives the structure of a large model first, and shapes and costs when they are asked for', async () => {
    const count = 2500;
    const large = modelOf({
      inputs: { v0: [2, 8] },
      constants: [zeros('w', [8, 8])],
      nodes: Array.from({ length: count }, (_, i) => node('MatMul', `v${i}, w`, `v${i + 1}`, {}, { name: `mul${i}` })),
      outputs: [`v${count}`],
    });
    writeModel(large, join(client.folder, 'large.onnx'));
    const place = URI.file(join(client.folder, 'large.onnx')).toString();
    const opened = await client.request(openModel, { uri: place });
    expect(opened).toMatchObject({ complete: false, facts: { parameters: null, macs: null } });
    expect(graphOf(opened).details[1]).toBe('');
    const { facts, figures, columns, version } = await client.request(modelFigures, { uri: place });
    expect(version).toBe(opened.version);
    expect(facts).toMatchObject({ parameters: 64, macs: count * 2 * 8 * 8 });
    expect(figures.names.details.slice(0, 3)).toEqual(['', '8', '8']);
    expect(figures.names.tensorTypes).toHaveLength(opened.graph.names.tensorNames.length);
    const bytes = new Uint8Array(Buffer.from(columns, 'base64')).buffer;
    const unpacked = unpackColumns(figures.table, bytes);
    expect(Object.keys(unpacked)).toEqual([...figureColumns]);
    expect(unpacked['macs']![1]).toBe(2 * 8 * 8);
    await client.notify(closeModel, { uri: place });
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

  it.each<[string, string, (() => Uint8Array) | undefined]>([
    ['is not there', 'FILE', undefined],
    ['is empty', 'MODEL_FORMAT', () => new Uint8Array()],
    ['is cut off', 'MODEL_FORMAT', () => readFileSync(path).subarray(0, 5000)],
    ['is a web page', 'MODEL_FORMAT', () => Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>')],
  ])('fails with a code, a fix and one diagnostic where the file %s', async (what, code, content) => {
    const broken = content
      ? file(`${what.replaceAll(' ', '-')}.onnx`, content())
      : URI.file(join(client.folder, 'missing.onnx')).toString();
    expect(await client.failure(openModel, { uri: broken })).toMatchObject({
      code,
      fix: expect.stringMatching(/\.$/) as string,
      at: { file: URI.parse(broken).fsPath },
    });
    const [diagnostic, ...others] = await client.diagnostics(broken, ({ diagnostics }) => diagnostics.length > 0);
    expect(diagnostic).toMatchObject({ code: 'LTH3001', severity: 1, source: 'lathe' });
    expect(others).toEqual([]);
    await client.notify(closeModel, { uri: broken });
    expect(await client.diagnostics(broken, ({ diagnostics }) => diagnostics.length === 0)).toEqual([]);
  });

  it('reads the file again when it has changed, and says what is wrong with it now', async () => {
    copyFileSync(path, join(client.folder, 'changing.onnx'));
    const changing = URI.file(join(client.folder, 'changing.onnx')).toString();
    const before = await client.request(openModel, { uri: changing });
    file('changing.onnx', Buffer.from('no model any more'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: changing, type: 2 }],
    });
    await client.diagnostics(changing, ({ diagnostics }) => diagnostics.some(({ code }) => code === 'LTH3001'));
    copyFileSync(path, join(client.folder, 'changing.onnx'));
    const after = await client.request(openModel, { uri: changing });
    expect(after.version).not.toBe(before.version);
    expect(after.graph).toEqual(before.graph);
    await client.notify(closeModel, { uri: changing });
    await client.notify(closeModel, { uri: changing });
  });
});

describe('an open model', () => {
  let graph: GraphStructure;
  let conv: number;
  beforeAll(async () => {
    graph = graphOf(await client.request(openModel, { uri }));
    conv = graph.opType.indexOf(graph.opTypes.indexOf('Conv'));
  });
  afterAll(() => client.notify(closeModel, { uri }));

  it('tells of a node', async () => {
    const details = await client.request(nodeDetails, { uri, node: conv });
    const [first] = readModel(path).graph.nodes.filter((node) => node.is('Conv'));
    expect(details).toMatchObject({
      name: first!.label,
      opType: 'Conv',
      documentation: 'https://onnx.ai/onnx/operators/onnx__Conv.html',
    });
    expect(details.inputs.map(({ role }) => role)).toEqual(['X', 'W', 'B'].slice(0, first!.inputs.length));
    expect(details.inputs[0]).not.toHaveProperty('constant');
    const weights = readModel(path).graph.initializers.get(first!.inputs[1]!)!;
    expect(details.inputs[1]).toMatchObject({
      type: `float32[${weights.dims.join(',')}]`,
      constant: { bytes: weights.byteLength, elements: weights.size, external: false },
    });
    expect(Object.fromEntries(details.attributes.map(({ name, value }) => [name, value]))).toMatchObject({
      kernel_shape: `[${first!.ints('kernel_shape')!.join(', ')}]`,
    });
    expect(await client.failure(nodeDetails, { uri, node: 1e6 })).toMatchObject({ code: 'USAGE' });
  });

  it('tells of a constant', async () => {
    const model = readModel(path);
    const [first] = model.graph.nodes.filter((node) => node.is('Conv'));
    const tensor = Constants.of(model).tensor(first!.inputs[1])!;
    const statistics = await client.request(tensorStatistics, { uri, node: conv, tensor: first!.inputs[1]! });
    const numbers = tensor.toNumbers();
    expect([statistics.min, statistics.max]).toEqual([Math.min(...numbers), Math.max(...numbers)]);
    expect(statistics.channels).toMatchObject({ axis: 0 });
    expect(statistics.channels!.max).toHaveLength(tensor.dims[0]!);
    expect(await client.failure(tensorStatistics, { uri, node: conv, tensor: 'nothing' }))
      .toMatchObject({ code: 'USAGE' });
  });

  it('can be cancelled', async () => {
    const source = new CancellationTokenSource();
    const tensor = (await client.request(nodeDetails, { uri, node: conv })).inputs[1]!.name;
    const failure = client.failure(tensorStatistics, { uri, node: conv, tensor }, source.token);
    source.cancel();
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
  });

  it('has no overlays without runs', async () => {
    expect(await client.request(modelOverlays, { uri })).toEqual([]);
  });

  it('is the same as itself', async () => {
    const { counterpart, statusOfA, statusOfB } = await client.request(compareStructure, { a: uri, b: uri });
    expect(counterpart).toEqual(graph.names.map((_, i) => i));
    expect(new Set([...statusOfA, ...statusOfB])).toEqual(new Set(['same']));
  });
});

describe('problems', () => {
  const wasteful = modelOf({
    opset: 13,
    inputs: { x: [1, 3, 4, 4] },
    constants: [zeros('k', [4, 3, 1, 1]), ...['a', 'b', 'c', 'd'].map((name) => zeros(name, [4]))],
    nodes: [
      node('Conv', 'x, k', 'c1', { kernel_shape: attr.ints([1, 1]) }, { name: 'conv' }),
      node('BatchNormalization', 'c1, a, b, c, d', 'y', {}, { name: 'norm' }),
    ],
    outputs: ['y'],
  });

  it('stand in the line of their node, with fixes, and are the same for the page', async () => {
    writeModel(wasteful, join(client.folder, 'wasteful.onnx'));
    const place = URI.file(join(client.folder, 'wasteful.onnx')).toString();
    await client.request(openModel, { uri: place });
    const problems = await client.request(modelProblems, { uri: place });
    const norm = problems.find(({ code }) => code === 'LTH3011')!;
    expect(norm).toMatchObject({
      severity: 'info',
      node: 'norm',
      fixes: [{ edit: { kind: 'step', step: 'fold', before: 'quantize' } }],
    });
    const { lines } = printModel(readModel(join(client.folder, 'wasteful.onnx')));
    expect(lines[norm.line]).toContain('BatchNormalization');
    const diagnostics = await client.diagnostics(place);
    expect(diagnostics.map(({ data }) => data as unknown)).toEqual(problems);
    expect(diagnostics.find(({ code }) => code === 'LTH3011')!.range.start.line).toBe(norm.line);

    const recipe = file('wasteful.lathe.yaml', Buffer.from('version: 1\nmodel: wasteful.onnx\nsteps: [fold]\n'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: recipe, type: 1 }],
    });
    const unmended = await client.request(modelProblems, { uri: place });
    expect(unmended.find(({ code }) => code === 'LTH3011')!.fixes).toEqual([]);

    const { problems: count } = await client.request(checkTarget, { uri: place, target: 'qnn-htp' });
    const checked = await client.request(modelProblems, { uri: place });
    expect(checked.filter(({ source }) => source === 'Target qnn-htp.')).toHaveLength(count);
    expect(await client.failure(checkTarget, { uri: place, target: 'toaster' })).toMatchObject({ code: 'USAGE' });
    await client.notify(closeModel, { uri: place });
    await client.diagnostics(place, (published) => published.diagnostics.length === 0);
    expect(await client.request(modelProblems, { uri: place })).toEqual([]);
  });

  it('tell of an operator that nobody defines once', async () => {
    const custom = modelOf({
      inputs: { x: [4] },
      nodes: ['a', 'b'].map((name) => node('Secret', 'x', name, {}, { name, domain: 'acme' })),
      outputs: ['a', 'b'],
    });
    custom.opsetImports.set('acme', 1);
    writeModel(custom, join(client.folder, 'custom.onnx'));
    const place = URI.file(join(client.folder, 'custom.onnx')).toString();
    await client.request(openModel, { uri: place });
    const problems = await client.request(modelProblems, { uri: place });
    expect(problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['LTH1005']);
    await client.notify(closeModel, { uri: place });
  });
});
