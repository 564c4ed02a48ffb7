/**
 * ONNX's own operator tests as the reference: 1,834 models with recorded inputs and outputs. What is inferred must
 * agree with the recorded outputs, from whatever is known of the inputs: their declared types, their elements (so that
 * shapes that depend on numbers, and the numbers themselves, are put to the test), or only some of their dimensions.
 *
 * LATHE_CONFORMANCE is the folder in which `onnx-conformance-*.tar.xz` was unpacked; without it the tests are skipped.
 */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../formats/onnx/read.ts';
import { readTensorFile } from '../../formats/onnx/tensor-file.ts';
import type { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import type { Tensor } from '../tensor.ts';
import { staticShape, tensorType, type Dim } from '../types.ts';
import { inferShapes, type InferredTypes } from './infer.ts';
import { Known } from './known.ts';

const folder = process.env['LATHE_CONFORMANCE'];
const skipped = folder === undefined ? ' (skipped: LATHE_CONFORMANCE is not set)' : '';

interface Case {
  readonly name: string;
  readonly model: Model;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

function casesIn(root: string): Case[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.onnx'));
  return files.sort().map((name) => {
    const path = join(root, name);
    // Whole-model tests keep their data beside the file, in a folder of its name.
    const own = name.endsWith('model.onnx') ? dirname(path) : path.slice(0, -'.onnx'.length);
    const data = join(own, 'test_data_set_0');
    const model = readModel(path);
    stripped(model.graph);
    const inputs = recorded(data, 'input', model.graph.inputs.map((i) => i.name));
    const outputs = recorded(data, 'output', model.graph.outputs.map((o) => o.name));
    return { name, model, inputs, outputs };
  });
}

/** Recorded values by name; those that are no tensors are left out. */
function recorded(data: string, kind: 'input' | 'output', names: readonly string[]): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  names.forEach((name, i) => {
    const file = join(data, `${kind}_${i}.pb`);
    if (!existsSync(file)) return;
    try {
      values.set(name, readTensorFile(file).withName(name));
    } catch {
      // A sequence, a map or an optional value.
    }
  });
  return values;
}

/** Without what the file says about outputs and inner values. */
function stripped(graph: Graph): void {
  graph.valueInfos.clear();
  graph.outputs = graph.outputs.map(({ name }) => ({ name }));
  for (const node of graph.nodes) for (const subgraph of node.subgraphs()) stripped(subgraph);
}

/** The same model with fewer or more facts about its inputs. */
type Variation = (one: Case) => Model;

function withInputs({ model }: Case, dim: (input: string, axis: number, dim: Dim) => Dim): Model {
  const copy = model.clone();
  copy.graph.inputs = copy.graph.inputs.map((info) => {
    const type = tensorType(info);
    if (!type?.shape) return info;
    return { ...info, type: { ...type, shape: type.shape.map((d, axis) => dim(info.name, axis, d)) } };
  });
  return copy;
}

const variations: Readonly<Record<string, Variation>> = {
  'declared inputs': ({ model }) => model,
  'inputs as constants': ({ model, inputs }) => {
    const copy = model.clone();
    for (const [name, tensor] of inputs) copy.graph.initializers.set(name, tensor);
    copy.graph.inputs = copy.graph.inputs.filter(({ name }) => !inputs.has(name));
    return copy;
  },
  'inputs of known rank': (one) => withInputs(one, () => null),
  'every other dimension known': (one) => withInputs(one, (_, axis, d) => (axis % 2 === 0 ? d : null)),
  'a symbol per dimension': (one) => withInputs(one, (name, axis) => `${name}.${axis}`),
};

/** What the inferred types say that is not so. Symbols are `input.axis`. */
function contradictions(types: InferredTypes, { inputs, outputs }: Case): string[] {
  const lengths = new Map<string, number>();
  for (const [name, { dims }] of inputs) dims.forEach((d, axis) => lengths.set(`${name}.${axis}`, d));
  const resolved = (dim: Dim): Dim => (typeof dim === 'string' ? (lengths.get(dim) ?? dim) : dim);
  return [...outputs].flatMap(([name, actual]) => {
    const type = types.get(name);
    if (!type) return [];
    // An optional output that is there is recorded as what it holds.
    const inner = type.kind === 'optional' ? type.element : type;
    if (inner.kind !== 'tensor') return [`${name} is a tensor, not a ${inner.kind}`];
    const { dtype, shape } = inner;
    const { dims } = actual;
    const wrong: string[] = [];
    if (dtype !== 'undefined' && dtype !== actual.dtype) wrong.push(`${name} is ${actual.dtype}, not ${dtype}`);
    const fits = shape?.length === dims.length && shape.every((d, i) => d === null || resolved(d) === dims[i]);
    if (shape && !fits) wrong.push(`${name} is [${dims.join()}], not [${shape.join()}]`);
    const numbers = Known.constant(actual).elements;
    types.elements(name)?.forEach((element, i) => {
      const [claimed, number] = [resolved(element), numbers?.[i]];
      if (claimed === null || number === undefined || agree(claimed, number)) return;
      wrong.push(`${name}[${i}] is ${number}, not ${claimed}`);
    });
    return wrong;
  });
}

/** The recorded floats were computed in single precision, in another order: they may differ in the last bits. */
function agree(element: number | string, actual: Dim): boolean {
  if (element === actual) return true;
  if (typeof element !== 'number' || typeof actual !== 'number') return false;
  return Math.abs(element - actual) <= 1e-6 * Math.abs(actual);
}

/** Least share of outputs that are known completely. Where the shape depends on data (NonZero, …) it stays open. */
const leastComplete: Readonly<Record<string, number>> = { 'declared inputs': 0.8, 'inputs as constants': 0.95 };

describe.skipIf(folder === undefined)(`types inferred in ONNX conformance models${skipped}`, () => {
  const cases = folder === undefined ? [] : casesIn(folder);

  it('finds the models', () => {
    expect(cases.length).toBeGreaterThan(1800);
  });

  it.each(Object.keys(variations))('agree with the recorded outputs: %s', (variation) => {
    const failures: string[] = [];
    let complete = 0;
    let total = 0;
    for (const one of cases) {
      const types = inferShapes(variations[variation]!(one));
      for (const wrong of contradictions(types, one)) failures.push(`${one.name}: ${wrong}`);
      for (const problem of types.problems) failures.push(`${one.name}: ${problem.message}`);
      for (const operator of types.unknownOperators) failures.push(`${one.name}: no rule for ${operator}`);
      total += one.outputs.size;
      for (const output of one.outputs.keys()) {
        const type = types.tensor(output);
        if (type && type.dtype !== 'undefined' && staticShape(type.shape)) complete += 1;
      }
    }
    expect(failures).toEqual([]);
    expect(complete / total).toBeGreaterThanOrEqual(leastComplete[variation] ?? 0);
  });
});
